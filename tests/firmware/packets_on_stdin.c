/* Reads one request a line, answers one line: numbers as text, "refused" and why, or bytes in hex.
 *
 *   unpack TYPE HEX            ->  every field in the order of its struct; floats as their 32 bits
 *   pack TYPE FIELDS...        ->  HEX; a descriptor's serial comes last and in hex
 *   room BYTES                 ->  from now on each pack has so much room
 *   fit MTU                    ->  imu encoder edge-timed
 *   ring CAPACITY              ->  a fresh ring of so many slots, at most 64
 *   keep HEX | take SEQUENCE | count FIRST EXTENT LONGEST
 */

#include "sledmon_packets.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_BYTES 16384

static char line[LINE_BYTES];
static char *rest; /* what of the line has not been read */
static size_t room = SM_MAX_PAYLOAD;

static char *word(void)
{
    char *token = strtok(rest, " \n");
    rest = NULL;
    return token;
}

static int64_t number(void)
{
    const char *token = word();
    return token == NULL ? 0 : strtoll(token, NULL, 10);
}

static float number_of_bits(void)
{
    const uint32_t bits = (uint32_t)number();
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint32_t bits_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Bytes of a hex word, in memory of exactly their size, so that reading past it is seen. */
static uint8_t *hex(size_t *length)
{
    const char *token = word();
    const size_t n = token == NULL || strcmp(token, "-") == 0 ? 0 : strlen(token) / 2;
    uint8_t *bytes = malloc(n ? n : 1);
    size_t k;
    for (k = 0; k < n; k++) {
        unsigned int value = 0;
        sscanf(token + 2 * k, "%2x", &value);
        bytes[k] = (uint8_t)value;
    }
    *length = n;
    return bytes;
}

static void show_bytes(const uint8_t *bytes, int length)
{
    int k;
    if (length < 0) {
        printf("refused %d", length);
        return;
    }
    for (k = 0; k < length; k++)
        printf("%02x", bytes[k]);
    if (length == 0)
        printf("-");
}

static void show_header(const sm_header *header)
{
    printf("%d %d %" PRIu32 " %d", header->version, header->sequence, header->tick, header->flags);
}

static void unpack(const char *type)
{
    size_t length;
    uint8_t *bytes = hex(&length);
    sm_header header;
    int n = 0, k, axis;

    if (strcmp(type, "imu") == 0) {
        static int16_t samples[SM_MAX_IMU_SAMPLES][6];
        n = sm_unpack_imu(bytes, length, &header, samples);
        if (n >= 0) {
            show_header(&header);
            for (k = 0; k < n; k++)
                for (axis = 0; axis < 6; axis++)
                    printf(" %d", samples[k][axis]);
        }
    } else if (strcmp(type, "encoder") == 0) {
        static int64_t counts[SM_MAX_ENCODER_SAMPLES];
        static uint32_t ticks[SM_MAX_ENCODER_SAMPLES];
        n = sm_unpack_encoder(bytes, length, &header, counts, ticks);
        if (n >= 0) {
            show_header(&header);
            for (k = 0; k < n; k++)
                printf(" %" PRId64, counts[k]);
            for (k = 0; k < n; k++)
                printf(" %" PRIu32, ticks[k]);
        }
    } else if (strcmp(type, "descriptor") == 0) {
        sm_descriptor d;
        n = sm_unpack_descriptor(bytes, length, &d);
        if (n >= 0)
            printf("%d %d %d %d %" PRIu32 " %" PRIu32 " %" PRIu32 " %d %" PRIu32 " %" PRIu32
                   " %" PRIu32 " %" PRIu32 " ",
                   d.version_major, d.version_minor, d.kind, d.features, d.sample_period_ns,
                   d.boot_id, d.ring_notifications, d.samples_per_notification,
                   bits_of(d.acc_mps2_per_count), bits_of(d.gyr_radps_per_count),
                   bits_of(d.counts_per_m), bits_of(d.resolution_counts));
        if (n >= 0)
            show_bytes((const uint8_t *)d.serial, (int)strlen(d.serial));
    } else if (strcmp(type, "command") == 0) {
        sm_command c;
        n = sm_unpack_command(bytes, length, &c);
        if (n >= 0)
            printf("%d %d %d", c.opcode, c.argument, c.extent);
    } else if (strcmp(type, "answer") == 0) {
        sm_answer a;
        n = sm_unpack_answer(bytes, length, &a);
        if (n >= 0)
            printf("%d %d %d", a.opcode, a.status, a.value);
    } else if (strcmp(type, "ping") == 0) {
        uint32_t token;
        n = sm_unpack_ping(bytes, length, &token);
        if (n >= 0)
            printf("%" PRIu32, token);
    } else if (strcmp(type, "pong") == 0) {
        sm_pong p;
        n = sm_unpack_pong(bytes, length, &p);
        if (n >= 0)
            printf("%" PRIu32 " %" PRIu32 " %" PRIu32, p.token, p.received_tick, p.sent_tick);
    } else {
        printf("unknown type");
    }
    if (n < 0)
        printf("refused %d", n);
    free(bytes);
}

static void pack(const char *type)
{
    uint8_t *out = malloc(room ? room : 1);
    sm_header header;
    int length = 0;
    size_t n, k, axis;

    if (strcmp(type, "imu") == 0 || strcmp(type, "encoder") == 0) {
        header.version = (uint8_t)number();
        header.sequence = (uint16_t)number();
        header.tick = (uint32_t)number();
        header.flags = (uint8_t)number();
        n = (size_t)number();
        if (strcmp(type, "imu") == 0) {
            static int16_t samples[SM_MAX_IMU_SAMPLES + 1][6];
            for (k = 0; k < n; k++)
                for (axis = 0; axis < 6; axis++)
                    samples[k][axis] = (int16_t)number();
            length = sm_pack_imu(out, room, &header, (const int16_t(*)[6])samples, n);
        } else {
            static int64_t counts[SM_MAX_ENCODER_SAMPLES + 1];
            static uint32_t ticks[SM_MAX_ENCODER_SAMPLES + 1];
            for (k = 0; k < n; k++)
                counts[k] = number();
            for (k = 0; k < n; k++)
                ticks[k] = (uint32_t)number();
            length = sm_pack_encoder(out, room, &header, counts,
                                     header.flags & SM_EDGE_TIMED ? ticks : NULL, n);
        }
    } else if (strcmp(type, "descriptor") == 0) {
        sm_descriptor d;
        uint8_t *serial;
        d.version_major = (uint8_t)number();
        d.version_minor = (uint8_t)number();
        d.kind = (uint8_t)number();
        d.features = (uint8_t)number();
        d.sample_period_ns = (uint32_t)number();
        d.boot_id = (uint32_t)number();
        d.ring_notifications = (uint32_t)number();
        d.samples_per_notification = (uint8_t)number();
        d.acc_mps2_per_count = number_of_bits();
        d.gyr_radps_per_count = number_of_bits();
        d.counts_per_m = number_of_bits();
        d.resolution_counts = number_of_bits();
        serial = hex(&n);
        memset(d.serial, 0, sizeof d.serial);
        memcpy(d.serial, serial, n < sizeof d.serial ? n : sizeof d.serial);
        free(serial);
        length = sm_pack_descriptor(out, room, &d);
    } else if (strcmp(type, "command") == 0) {
        sm_command c;
        c.opcode = (uint8_t)number();
        c.argument = (uint16_t)number();
        c.extent = (uint16_t)number();
        length = sm_pack_command(out, room, &c);
    } else if (strcmp(type, "answer") == 0) {
        sm_answer a;
        a.opcode = (uint8_t)number();
        a.status = (uint8_t)number();
        a.value = (uint16_t)number();
        length = sm_pack_answer(out, room, &a);
    } else if (strcmp(type, "ping") == 0) {
        length = sm_pack_ping(out, room, (uint32_t)number());
    } else if (strcmp(type, "pong") == 0) {
        sm_pong p;
        p.token = (uint32_t)number();
        p.received_tick = (uint32_t)number();
        p.sent_tick = (uint32_t)number();
        length = sm_pack_pong(out, room, &p);
    }
    show_bytes(out, length);
    free(out);
}

int main(void)
{
    static sm_kept slots[64];
    sm_ring ring = {slots, 0, 0, 0};

    while (fgets(line, sizeof line, stdin) != NULL) {
        const char *verb;
        rest = line;
        verb = word();
        if (verb == NULL)
            continue;
        if (strcmp(verb, "unpack") == 0) {
            unpack(word());
        } else if (strcmp(verb, "pack") == 0) {
            pack(word());
        } else if (strcmp(verb, "room") == 0) {
            room = (size_t)number();
        } else if (strcmp(verb, "fit") == 0) {
            const int mtu = (int)number();
            printf("%d %d %d", sm_imu_samples_that_fit(mtu), sm_encoder_samples_that_fit(mtu, 0),
                   sm_encoder_samples_that_fit(mtu, 1));
        } else if (strcmp(verb, "ring") == 0) {
            ring.capacity = (uint16_t)number();
            ring.held = ring.next = 0;
        } else if (strcmp(verb, "keep") == 0) {
            size_t length;
            uint8_t *bytes = hex(&length);
            sm_ring_keep(&ring, bytes, length);
            free(bytes);
        } else if (strcmp(verb, "take") == 0) {
            uint8_t out[SM_MAX_PAYLOAD];
            show_bytes(out, sm_ring_take(&ring, (uint16_t)number(), out, sizeof out));
        } else if (strcmp(verb, "count") == 0) {
            const uint16_t first = (uint16_t)number();
            const uint16_t extent = (uint16_t)number();
            printf("%d", sm_ring_count(&ring, first, extent, (size_t)number()));
        }
        printf("\n");
        fflush(stdout);
    }
    return 0;
}
