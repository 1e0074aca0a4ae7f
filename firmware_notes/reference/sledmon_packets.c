/* See sledmon_packets.h. */

#include "sledmon_packets.h"

#include <string.h>

#define IMU_SAMPLE_BYTES 12
#define FIRST_COUNT_BYTES 4
#define DELTA_BYTES 2
#define EDGE_BYTES 4
#define ATT_OVERHEAD_BYTES 3
#define ANSWER_BIT 0x80

/* ---- numbers, least significant byte first ----------------------------------------------------- */

static void put_u16(uint8_t *out, uint16_t value)
{
    out[0] = (uint8_t)(value & 0xFF);
    out[1] = (uint8_t)(value >> 8);
}

static void put_u32(uint8_t *out, uint32_t value)
{
    put_u16(out, (uint16_t)(value & 0xFFFF));
    put_u16(out + 2, (uint16_t)(value >> 16));
}

static void put_f32(uint8_t *out, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_u32(out, bits);
}

static uint16_t get_u16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] | (uint16_t)(bytes[1] << 8));
}

static uint32_t get_u32(const uint8_t *bytes)
{
    return (uint32_t)get_u16(bytes) | ((uint32_t)get_u16(bytes + 2) << 16);
}

/* Conversion of a large unsigned number to a signed type is the implementation's choice in C99. */
static int16_t get_i16(const uint8_t *bytes)
{
    const int32_t value = get_u16(bytes);
    return (int16_t)(value < 0x8000 ? value : value - 0x10000);
}

static int64_t get_i32(const uint8_t *bytes)
{
    const int64_t value = get_u32(bytes);
    return value < 0x80000000LL ? value : value - 0x100000000LL;
}

static float get_f32(const uint8_t *bytes)
{
    const uint32_t bits = get_u32(bytes);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* ---- stream ------------------------------------------------------------------------------------ */

static void put_header(uint8_t *out, const sm_header *header)
{
    out[0] = header->version;
    put_u16(out + 1, header->sequence);
    put_u32(out + 3, header->tick);
    out[7] = header->flags;
}

static int get_header(const uint8_t *bytes, size_t length, sm_header *header)
{
    if (length < SM_HEADER_BYTES || length > SM_MAX_PAYLOAD)
        return SM_BAD_LENGTH;
    header->version = bytes[0];
    header->sequence = get_u16(bytes + 1);
    header->tick = get_u32(bytes + 3);
    header->flags = bytes[7];
    return header->version == SM_VERSION_MAJOR ? SM_HEADER_BYTES : SM_BAD_VERSION;
}

int sm_pack_imu(uint8_t *out, size_t room, const sm_header *header, const int16_t (*samples)[6],
                size_t n)
{
    size_t sample, axis;
    uint8_t *at = out + SM_HEADER_BYTES;

    if (n < 1 || n > SM_MAX_IMU_SAMPLES)
        return SM_BAD_LENGTH;
    if (room < SM_HEADER_BYTES + n * IMU_SAMPLE_BYTES)
        return SM_NO_ROOM;
    put_header(out, header);
    for (sample = 0; sample < n; sample++)
        for (axis = 0; axis < 6; axis++, at += 2)
            put_u16(at, (uint16_t)samples[sample][axis]);
    return (int)(at - out);
}

int sm_unpack_imu(const uint8_t *bytes, size_t length, sm_header *header,
                  int16_t samples[SM_MAX_IMU_SAMPLES][6])
{
    const int refused = get_header(bytes, length, header);
    const uint8_t *at = bytes + SM_HEADER_BYTES;
    size_t n, sample, axis;

    if (refused < 0)
        return refused;
    n = (length - SM_HEADER_BYTES) / IMU_SAMPLE_BYTES;
    if (n < 1 || length != SM_HEADER_BYTES + n * IMU_SAMPLE_BYTES)
        return SM_BAD_LENGTH;
    for (sample = 0; sample < n; sample++)
        for (axis = 0; axis < 6; axis++, at += 2)
            samples[sample][axis] = get_i16(at);
    return (int)n;
}

int sm_pack_encoder(uint8_t *out, size_t room, const sm_header *header, const int64_t *counts,
                    const uint32_t *offset_ticks, size_t n)
{
    const int edge_timed = (header->flags & SM_EDGE_TIMED) != 0;
    const size_t step = edge_timed ? EDGE_BYTES : DELTA_BYTES;
    uint8_t *at = out + SM_HEADER_BYTES + FIRST_COUNT_BYTES;
    size_t k;

    if (edge_timed != (offset_ticks != NULL) || (edge_timed && n > 0 && offset_ticks[0] != 0))
        return SM_BAD_FIELD;
    if (n < 1 || SM_HEADER_BYTES + FIRST_COUNT_BYTES + (n - 1) * step > SM_MAX_PAYLOAD)
        return SM_BAD_LENGTH;
    if (room < SM_HEADER_BYTES + FIRST_COUNT_BYTES + (n - 1) * step)
        return SM_NO_ROOM;
    put_header(out, header);
    put_u32(out + SM_HEADER_BYTES, (uint32_t)counts[0]);
    for (k = 1; k < n; k++, at += step) {
        const int64_t delta = counts[k] - counts[k - 1];
        if (delta < -0x8000 || delta > 0x7FFF)
            return SM_BAD_FIELD; /* begin a new notification */
        if (edge_timed) {
            const uint32_t apart = offset_ticks[k] - offset_ticks[k - 1];
            if (offset_ticks[k] < offset_ticks[k - 1] || apart % SM_EDGE_INTERVAL_TICKS ||
                apart / SM_EDGE_INTERVAL_TICKS > 0xFFFF)
                return SM_BAD_FIELD;
            put_u16(at, (uint16_t)(apart / SM_EDGE_INTERVAL_TICKS));
            put_u16(at + 2, (uint16_t)delta);
        } else {
            put_u16(at, (uint16_t)delta);
        }
    }
    return (int)(at - out);
}

int sm_unpack_encoder(const uint8_t *bytes, size_t length, sm_header *header,
                      int64_t counts[SM_MAX_ENCODER_SAMPLES],
                      uint32_t offset_ticks[SM_MAX_ENCODER_SAMPLES])
{
    const int refused = get_header(bytes, length, header);
    const uint8_t *at = bytes + SM_HEADER_BYTES + FIRST_COUNT_BYTES;
    size_t step, n, k;
    int edge_timed;

    if (refused < 0)
        return refused;
    edge_timed = (header->flags & SM_EDGE_TIMED) != 0;
    step = edge_timed ? EDGE_BYTES : DELTA_BYTES;
    if (length < SM_HEADER_BYTES + FIRST_COUNT_BYTES ||
        (length - SM_HEADER_BYTES - FIRST_COUNT_BYTES) % step)
        return SM_BAD_LENGTH;
    n = 1 + (length - SM_HEADER_BYTES - FIRST_COUNT_BYTES) / step;
    counts[0] = get_i32(bytes + SM_HEADER_BYTES);
    offset_ticks[0] = 0;
    for (k = 1; k < n; k++, at += step) {
        counts[k] = counts[k - 1] + get_i16(edge_timed ? at + 2 : at);
        offset_ticks[k] = 0;
        if (edge_timed)
            offset_ticks[k] =
                offset_ticks[k - 1] + (uint32_t)get_u16(at) * SM_EDGE_INTERVAL_TICKS;
    }
    return (int)n;
}

static int room_at(int att_mtu)
{
    const int room = att_mtu - ATT_OVERHEAD_BYTES;
    return (room < SM_MAX_PAYLOAD ? room : SM_MAX_PAYLOAD) - SM_HEADER_BYTES;
}

int sm_imu_samples_that_fit(int att_mtu)
{
    return room_at(att_mtu) / IMU_SAMPLE_BYTES;
}

int sm_encoder_samples_that_fit(int att_mtu, int edge_timed)
{
    const int further = edge_timed ? EDGE_BYTES : DELTA_BYTES;
    return 1 + (room_at(att_mtu) - FIRST_COUNT_BYTES) / further;
}

/* ---- descriptor -------------------------------------------------------------------------------- */

static int is_within(double value, double low, double high)
{
    return value >= low && value <= high; /* false for NaN */
}

/* Its length, or a refusal where it is not printable ASCII of up to 16 characters. */
static int serial_length(const char *serial)
{
    int n = 0;
    for (; serial[n] != 0; n++)
        if (n == SM_SERIAL_BYTES || serial[n] < 0x20 || serial[n] > 0x7E)
            return SM_BAD_FIELD;
    return n;
}

int sm_pack_descriptor(uint8_t *out, size_t room, const sm_descriptor *descriptor)
{
    const int n = serial_length(descriptor->serial);

    if (n < 0)
        return n;
    if (room < SM_DESCRIPTOR_BYTES)
        return SM_NO_ROOM;
    memset(out, 0, SM_DESCRIPTOR_BYTES);
    out[0] = descriptor->version_major;
    out[1] = descriptor->version_minor;
    out[2] = descriptor->kind;
    out[3] = descriptor->features;
    memcpy(out + 4, descriptor->serial, (size_t)n);
    put_u32(out + 20, descriptor->sample_period_ns);
    put_u32(out + 24, descriptor->boot_id);
    put_u32(out + 28, descriptor->ring_notifications);
    out[32] = descriptor->samples_per_notification;
    put_f32(out + 36, descriptor->acc_mps2_per_count);
    put_f32(out + 40, descriptor->gyr_radps_per_count);
    put_f32(out + 44, descriptor->counts_per_m);
    put_f32(out + 48, descriptor->resolution_counts);
    return SM_DESCRIPTOR_BYTES;
}

int sm_unpack_descriptor(const uint8_t *bytes, size_t length, sm_descriptor *descriptor)
{
    size_t n = SM_SERIAL_BYTES;
    int scales_right;

    if (length < 2)
        return SM_BAD_LENGTH;
    if (bytes[0] != SM_VERSION_MAJOR)
        return SM_BAD_VERSION;
    if (length < SM_DESCRIPTOR_BYTES)
        return SM_BAD_LENGTH;
    descriptor->version_major = bytes[0];
    descriptor->version_minor = bytes[1];
    descriptor->kind = bytes[2];
    descriptor->features = bytes[3];
    memset(descriptor->serial, 0, sizeof descriptor->serial);
    memcpy(descriptor->serial, bytes + 4, SM_SERIAL_BYTES);
    while (n > 0 && bytes[4 + n - 1] == 0)
        n--;
    if (serial_length(descriptor->serial) != (int)n)
        return SM_BAD_FIELD;
    descriptor->sample_period_ns = get_u32(bytes + 20);
    descriptor->boot_id = get_u32(bytes + 24);
    descriptor->ring_notifications = get_u32(bytes + 28);
    descriptor->samples_per_notification = bytes[32];
    descriptor->acc_mps2_per_count = get_f32(bytes + 36);
    descriptor->gyr_radps_per_count = get_f32(bytes + 40);
    descriptor->counts_per_m = get_f32(bytes + 44);
    descriptor->resolution_counts = get_f32(bytes + 48);
    if (descriptor->kind == SM_IMU)
        scales_right = is_within(descriptor->acc_mps2_per_count, 1e-5, 1.0) &&
                       is_within(descriptor->gyr_radps_per_count, 1e-6, 0.1);
    else if (descriptor->kind == SM_ENCODER)
        scales_right = is_within(descriptor->counts_per_m, 10.0, 1e6) &&
                       is_within(descriptor->resolution_counts, 0.01, 1000.0);
    else
        scales_right = 0;
    if (!scales_right || !is_within(descriptor->sample_period_ns, 1e5, 1e9) ||
        descriptor->samples_per_notification < 1)
        return SM_BAD_FIELD;
    return SM_DESCRIPTOR_BYTES;
}

/* ---- control and clock ------------------------------------------------------------------------- */

static size_t command_bytes(uint8_t opcode)
{
    switch (opcode) {
    case SM_START:
    case SM_STOP:
    case SM_ZERO:
    case SM_IDENTIFY:
        return 1;
    case SM_SET_RATE:
        return 3;
    case SM_RESEND:
        return 5;
    default:
        return 0;
    }
}

int sm_pack_command(uint8_t *out, size_t room, const sm_command *command)
{
    const size_t length = command_bytes(command->opcode);

    if (length == 0)
        return SM_BAD_OPCODE;
    if (room < length)
        return SM_NO_ROOM;
    out[0] = command->opcode;
    if (length > 1)
        put_u16(out + 1, command->argument);
    if (length > 3)
        put_u16(out + 3, command->extent);
    return (int)length;
}

int sm_unpack_command(const uint8_t *bytes, size_t length, sm_command *command)
{
    if (length < 1)
        return SM_BAD_LENGTH;
    if (command_bytes(bytes[0]) == 0)
        return SM_BAD_OPCODE; /* answer UNKNOWN_OPCODE */
    if (length != command_bytes(bytes[0]))
        return SM_BAD_LENGTH; /* answer BAD_VALUE */
    command->opcode = bytes[0];
    command->argument = length > 1 ? get_u16(bytes + 1) : 0;
    command->extent = length > 3 ? get_u16(bytes + 3) : 0;
    return (int)length;
}

int sm_pack_answer(uint8_t *out, size_t room, const sm_answer *answer)
{
    if (room < SM_ANSWER_BYTES)
        return SM_NO_ROOM;
    out[0] = answer->opcode | ANSWER_BIT;
    out[1] = answer->status;
    put_u16(out + 2, answer->value);
    return SM_ANSWER_BYTES;
}

int sm_unpack_answer(const uint8_t *bytes, size_t length, sm_answer *answer)
{
    if (length != SM_ANSWER_BYTES)
        return SM_BAD_LENGTH;
    if (!(bytes[0] & ANSWER_BIT))
        return SM_BAD_OPCODE;
    answer->opcode = bytes[0] & (uint8_t)~ANSWER_BIT;
    answer->status = bytes[1];
    answer->value = get_u16(bytes + 2);
    if (answer->status > SM_NOT_NOW)
        return SM_BAD_FIELD;
    if (command_bytes(answer->opcode) == 0 && answer->status != SM_UNKNOWN_OPCODE)
        return SM_BAD_OPCODE;
    return SM_ANSWER_BYTES;
}

int sm_pack_ping(uint8_t *out, size_t room, uint32_t token)
{
    if (room < SM_PING_BYTES)
        return SM_NO_ROOM;
    put_u32(out, token);
    return SM_PING_BYTES;
}

int sm_unpack_ping(const uint8_t *bytes, size_t length, uint32_t *token)
{
    if (length != SM_PING_BYTES)
        return SM_BAD_LENGTH;
    *token = get_u32(bytes);
    return SM_PING_BYTES;
}

int sm_pack_pong(uint8_t *out, size_t room, const sm_pong *pong)
{
    if (room < SM_PONG_BYTES)
        return SM_NO_ROOM;
    put_u32(out, pong->token);
    put_u32(out + 4, pong->received_tick);
    put_u32(out + 8, pong->sent_tick);
    return SM_PONG_BYTES;
}

int sm_unpack_pong(const uint8_t *bytes, size_t length, sm_pong *pong)
{
    if (length != SM_PONG_BYTES)
        return SM_BAD_LENGTH;
    pong->token = get_u32(bytes);
    pong->received_tick = get_u32(bytes + 4);
    pong->sent_tick = get_u32(bytes + 8);
    return SM_PONG_BYTES;
}

/* ---- the ring for RESEND ------------------------------------------------------------------------ */

void sm_ring_keep(sm_ring *ring, const uint8_t *bytes, size_t length)
{
    if (ring->capacity == 0 || length < SM_HEADER_BYTES || length > SM_MAX_PAYLOAD)
        return;
    memcpy(ring->slots[ring->next].bytes, bytes, length);
    ring->slots[ring->next].length = (uint8_t)length;
    ring->next = (uint16_t)((ring->next + 1UL) % ring->capacity);
    if (ring->held < ring->capacity)
        ring->held++;
}

static const sm_kept *kept(const sm_ring *ring, uint16_t sequence)
{
    const sm_kept *newest, *found;
    uint16_t ago;

    if (ring->held == 0)
        return NULL;
    newest = &ring->slots[(ring->next + (ring->capacity - 1UL)) % ring->capacity];
    ago = (uint16_t)(get_u16(newest->bytes + 1) - sequence);
    if (ago >= ring->held)
        return NULL;
    found = &ring->slots[(ring->next + 2UL * ring->capacity - 1UL - ago) % ring->capacity];
    return get_u16(found->bytes + 1) == sequence ? found : NULL;
}

int sm_ring_take(const sm_ring *ring, uint16_t sequence, uint8_t *out, size_t room)
{
    const sm_kept *found = kept(ring, sequence);

    if (found == NULL || found->length > room)
        return 0;
    memcpy(out, found->bytes, found->length);
    out[7] |= SM_RESENT;
    return found->length;
}

uint16_t sm_ring_count(const sm_ring *ring, uint16_t first, uint16_t extent, size_t longest)
{
    uint16_t k, count = 0;

    for (k = 0; k < extent; k++) {
        const sm_kept *found = kept(ring, (uint16_t)(first + k));
        if (found != NULL && found->length <= longest)
            count++;
    }
    return count;
}
