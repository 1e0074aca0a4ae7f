/* Packets of the sledmon profile, version 1.0: packed and unpacked exactly as profile.md tables them.
 *
 * C99; no allocation, no library beyond string.h, no state of its own, any byte order. It needs
 * 8-bit bytes and IEEE 754 floats. MIT licence, as the whole project: take it into your firmware.
 *
 * Each function that packs returns the number of bytes written, each that unpacks the number of
 * samples or bytes read; a negative number is an sm_refusal and leaves the outputs undefined.
 */
#ifndef SLEDMON_PACKETS_H
#define SLEDMON_PACKETS_H

#include <stddef.h>
#include <stdint.h>

#define SM_VERSION_MAJOR 1
#define SM_VERSION_MINOR 0
#define SM_MAX_PAYLOAD 244 /* what an ATT MTU of 247 carries */
#define SM_HEADER_BYTES 8
#define SM_DESCRIPTOR_BYTES 52
#define SM_SERIAL_BYTES 16
#define SM_MAX_IMU_SAMPLES 19
#define SM_MAX_ENCODER_SAMPLES 117
#define SM_EDGE_INTERVAL_TICKS 8 /* unit of an edge-timed interval, us */
#define SM_COMMAND_BYTES 5       /* the longest */
#define SM_ANSWER_BYTES 4
#define SM_PING_BYTES 4
#define SM_PONG_BYTES 12
#define SM_MAX_RESEND 1000 /* a larger extent is answered BAD_VALUE */

typedef enum {
    SM_NO_ROOM = -1,      /* the output buffer is too small */
    SM_BAD_LENGTH = -2,   /* cut, too long, or not a whole number of samples */
    SM_BAD_VERSION = -3,  /* of another major version */
    SM_BAD_FIELD = -4,    /* a number or text that this field cannot hold */
    SM_BAD_OPCODE = -5    /* no command of this version, or not an answer */
} sm_refusal;

/* ---- stream ---------------------------------------------------------------------------------- */

enum {
    SM_CLIPPED = 1 << 0,
    SM_OVERFLOW = 1 << 1,
    SM_RESENT = 1 << 2,
    SM_EDGE_TIMED = 1 << 3
};

typedef struct {
    uint8_t version; /* SM_VERSION_MAJOR */
    uint16_t sequence;
    uint32_t tick; /* us, of the first sample */
    uint8_t flags;
} sm_header;

/* Acceleration x y z, then angular rate x y z. */
int sm_pack_imu(uint8_t *out, size_t room, const sm_header *header, const int16_t (*samples)[6],
                size_t n);
int sm_unpack_imu(const uint8_t *bytes, size_t length, sm_header *header,
                  int16_t samples[SM_MAX_IMU_SAMPLES][6]);

/* Counts run on past the ends of 32 bits within a notification; the first is sent modulo 2^32.
 * offset_ticks: us of each edge after the first, multiples of 8, with SM_EDGE_TIMED; NULL without.
 */
int sm_pack_encoder(uint8_t *out, size_t room, const sm_header *header, const int64_t *counts,
                    const uint32_t *offset_ticks, size_t n);
int sm_unpack_encoder(const uint8_t *bytes, size_t length, sm_header *header,
                      int64_t counts[SM_MAX_ENCODER_SAMPLES],
                      uint32_t offset_ticks[SM_MAX_ENCODER_SAMPLES]);

/* How many samples a notification holds at an ATT MTU. */
int sm_imu_samples_that_fit(int att_mtu);
int sm_encoder_samples_that_fit(int att_mtu, int edge_timed);

/* ---- descriptor ------------------------------------------------------------------------------ */

enum { SM_IMU = 1, SM_ENCODER = 2 };
enum { SM_HAS_RESEND = 1 << 0, SM_HAS_DITHER = 1 << 1, SM_HAS_EDGE_TIMED = 1 << 2 };

typedef struct {
    uint8_t version_major;
    uint8_t version_minor;
    uint8_t kind;
    uint8_t features;
    char serial[SM_SERIAL_BYTES + 1]; /* ends with a zero here, not on the wire */
    uint32_t sample_period_ns;
    uint32_t boot_id;
    uint32_t ring_notifications;
    uint8_t samples_per_notification;
    float acc_mps2_per_count;
    float gyr_radps_per_count;
    float counts_per_m;
    float resolution_counts;
} sm_descriptor;

int sm_pack_descriptor(uint8_t *out, size_t room, const sm_descriptor *descriptor);
int sm_unpack_descriptor(const uint8_t *bytes, size_t length, sm_descriptor *descriptor);

/* ---- control and clock ----------------------------------------------------------------------- */

enum {
    SM_START = 0x01,
    SM_STOP = 0x02,
    SM_SET_RATE = 0x03,
    SM_ZERO = 0x04,
    SM_RESEND = 0x05,
    SM_IDENTIFY = 0x06
};
enum { SM_OK = 0, SM_UNKNOWN_OPCODE = 1, SM_BAD_VALUE = 2, SM_NOT_NOW = 3 };

typedef struct {
    uint8_t opcode;
    uint16_t argument; /* SET_RATE: Hz; RESEND: first sequence */
    uint16_t extent;   /* RESEND: how many */
} sm_command;

typedef struct {
    uint8_t opcode; /* without bit 7 */
    uint8_t status;
    uint16_t value;
} sm_answer;

typedef struct {
    uint32_t token;
    uint32_t received_tick;
    uint32_t sent_tick;
} sm_pong;

int sm_pack_command(uint8_t *out, size_t room, const sm_command *command);
int sm_unpack_command(const uint8_t *bytes, size_t length, sm_command *command);
int sm_pack_answer(uint8_t *out, size_t room, const sm_answer *answer);
int sm_unpack_answer(const uint8_t *bytes, size_t length, sm_answer *answer);
int sm_pack_ping(uint8_t *out, size_t room, uint32_t token);
int sm_unpack_ping(const uint8_t *bytes, size_t length, uint32_t *token);
int sm_pack_pong(uint8_t *out, size_t room, const sm_pong *pong);
int sm_unpack_pong(const uint8_t *bytes, size_t length, sm_pong *pong);

/* ---- the ring for RESEND ---------------------------------------------------------------------- */

typedef struct {
    uint8_t length;
    uint8_t bytes[SM_MAX_PAYLOAD];
} sm_kept;

/* Zero it, then give it its slots: static memory, 245 bytes each. */
typedef struct {
    sm_kept *slots;
    uint16_t capacity;
    uint16_t held;
    uint16_t next;
} sm_ring;

/* Keep every notification in the order of its sequence, sent or not. */
void sm_ring_keep(sm_ring *ring, const uint8_t *bytes, size_t length);
/* Copy one out with SM_RESENT set; 0 where it is not held, or longer than room. */
int sm_ring_take(const sm_ring *ring, uint16_t sequence, uint8_t *out, size_t room);
/* The value that answers RESEND: how many of these will come, each at most so long. */
uint16_t sm_ring_count(const sm_ring *ring, uint16_t first, uint16_t extent, size_t longest);

#endif
