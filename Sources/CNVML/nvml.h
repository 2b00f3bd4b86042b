#ifndef ALLOT_NVML_H
#define ALLOT_NVML_H

// The layout of what NVIDIA's management library is given and fills in, as its API reference documents it
// (docs.nvidia.com/deploy/nvml-api), and only what Allot asks for. The library itself is opened while the program runs;
// nothing is linked.

// An opaque handle of a GPU, or of a MIG device.
typedef struct allot_nvml_device_contents *allot_nvml_device;
typedef struct allot_nvml_event_set_contents *allot_nvml_event_set;
// Counters of a GPU instance at one moment, as the library keeps them.
typedef struct allot_nvml_counters_contents *allot_nvml_counters;

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
    ALLOT_NVML_UNKNOWN = 999,
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

// nvmlDeviceAttributes_t, as nvmlDeviceGetAttributes_v2 fills it in: what a part has, in slices of its GPU instance's
// and of its own.
struct allot_nvml_attributes {
    unsigned int multiprocessors, copy_engines, decoders, encoders, jpeg_engines, optical_flow_engines;
    unsigned int gpu_instance_slices;
    unsigned int compute_instance_slices;
    unsigned long long memory_mebibytes;
};

// nvmlGpmSupport_t.
struct allot_nvml_gpm_support {
    unsigned int version;
    unsigned int is_supported;
};
enum { ALLOT_NVML_GPM_SUPPORT_VERSION = 1 };

// nvmlGpmMetric_t. The value holds where the result is success.
struct allot_nvml_gpm_metric {
    unsigned int metric;
    int result;
    double value;
    char *short_name, *long_name, *unit;
};
// nvmlGpmMetricId_t: percent of the time in which anything computed on the instance.
enum { ALLOT_NVML_GPM_GRAPHICS_UTILIZATION = 1 };

// The beginning of nvmlGpmMetricsGet_t, which goes on with as many metrics as the library's version knows: 98 at first,
// 333 by now, and the number of the version is the same.
struct allot_nvml_gpm_metrics {
    unsigned int version;
    unsigned int count;
    allot_nvml_counters first, second;
    struct allot_nvml_gpm_metric metric;
};
enum { ALLOT_NVML_GPM_METRICS_VERSION = 1 };
// How many of these beginnings are as long as the whole, with much to spare.
enum { ALLOT_NVML_GPM_METRICS_ROOM = 512 };

#endif
