#ifndef ALLOT_NVML_H
#define ALLOT_NVML_H

// The layout of what NVIDIA's management library is given and fills in, as its API reference documents it
// (docs.nvidia.com/deploy/nvml-api), and only what Allot asks for. The library itself is opened while the program runs;
// nothing is linked.

// An opaque handle of a GPU, or of a MIG device.
typedef struct allot_nvml_device_contents *allot_nvml_device;
typedef struct allot_nvml_event_set_contents *allot_nvml_event_set;

// nvmlReturn_t
enum {
    ALLOT_NVML_SUCCESS = 0,
    ALLOT_NVML_UNINITIALIZED = 1,
    ALLOT_NVML_NOT_SUPPORTED = 3,
    ALLOT_NVML_NO_PERMISSION = 4,
    ALLOT_NVML_NOT_FOUND = 6,
    ALLOT_NVML_INSUFFICIENT_SIZE = 7,
    ALLOT_NVML_DRIVER_NOT_LOADED = 9,
    ALLOT_NVML_TIMEOUT = 10,
    ALLOT_NVML_FUNCTION_NOT_FOUND = 13,
    ALLOT_NVML_GPU_IS_LOST = 15,
    ALLOT_NVML_RESET_REQUIRED = 16,
    ALLOT_NVML_LIBRARY_MISMATCH = 18,
};

// nvmlUtilization_t: percent of the last sample period.
struct allot_nvml_utilization {
    unsigned int gpu;
    unsigned int memory;
};

// nvmlMemory_t: bytes. What is used includes what the driver keeps for itself.
struct allot_nvml_memory {
    unsigned long long total, free, used;
};

// nvmlMemory_v2_t.
struct allot_nvml_memory_2 {
    unsigned int version;
    unsigned long long total, reserved, free, used;
};
static const unsigned int allot_nvml_memory_2_version = sizeof(struct allot_nvml_memory_2) | 2u << 24;

// What nvmlDeviceGetComputeRunningProcesses_v3 fills in.
struct allot_nvml_process {
    unsigned int pid;
    unsigned long long memory;
    unsigned int gpu_instance;
    unsigned int compute_instance;
};

// nvmlSample_t: microseconds since 1970, and a number whose type the call tells.
struct allot_nvml_sample {
    unsigned long long time;
    union {
        double real;
        unsigned int word;
        unsigned long long number;
    } value;
};
enum { ALLOT_NVML_VALUE_WORD = 1 };
enum { ALLOT_NVML_GPU_UTILIZATION_SAMPLES = 1 };

// nvmlEventData_t, as nvmlEventSetWait_v2 fills it in.
struct allot_nvml_event {
    allot_nvml_device device;
    unsigned long long type;
    // The XID of a critical error; 999 where the driver does not know it.
    unsigned long long data;
    // All ones where the event is not of one part.
    unsigned int gpu_instance;
    unsigned int compute_instance;
};
static const unsigned long long allot_nvml_event_double_bit_error = 0x2;
static const unsigned long long allot_nvml_event_xid = 0x8;
static const unsigned int allot_nvml_no_instance = 0xffffffff;

// nvmlMemoryErrorType_t and nvmlEccCounterType_t.
enum { ALLOT_NVML_ERRORS_UNCORRECTED = 1 };
enum { ALLOT_NVML_COUNTER_VOLATILE = 0 };

// nvmlFieldValue_t, as nvmlDeviceGetFieldValues fills it in.
struct allot_nvml_field {
    unsigned int field;
    unsigned int scope;
    long long time;
    long long latency;
    int type;
    int result;
    union {
        double real;
        unsigned int word;
        unsigned long long number;
    } value;
};
// What the driver asks for, nvmlDeviceGpuRecoveryAction_t.
enum { ALLOT_NVML_FIELD_RECOVERY_ACTION = 230 };

#endif
