// A stub in the place of NVIDIA's library: it answers what a file beside it, NAME.so.told, says. It shows how Allot takes
// answers, errors and silence. It does not show that the real library behaves so.
//
//   device UUID ADDRESS WHOLE INSTANCE   a device; WHOLE is the UUID of the device that it is a part of, or -
//   result FUNCTION CODE [UUID]          what a function gives, for one device or for all
//   hang FUNCTION                        it does not return as long as the line is there
//   busy UUID PERCENT | sample UUID TIME PERCENT | memory UUID TOTAL USED | process UUID PID
//   errors UUID COUNT | rows UUID PENDING FAILED | action UUID NUMBER
//   event UUID TYPE DATA INSTANCE        each is told once, in order; the UUID - is a device that nobody knows
//   counts UUID INSTANCE BUSY ALL        counters of a GPU instance since its beginning, which may be NaN
//   uncounted UUID                       a device that has no such counters
//   slices UUID OF_GPU_INSTANCE OWN      of a part; else it is all of its GPU instance
//
// What opens and closes sessions, and makes and frees counters, is written down in NAME.so.calls.
#define _GNU_SOURCE
#include "../../../Sources/CNVML/nvml.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifndef STUB_EMPTY

struct allot_nvml_device_contents {
    char uuid[64], address[64], whole[64];
    unsigned int instance;
};
struct allot_nvml_event_set_contents {
    int unused;
};
struct allot_nvml_counters_contents {
    allot_nvml_device device;
    unsigned int instance;
    double busy, all;
};
typedef allot_nvml_device Device;
typedef allot_nvml_event_set EventSet;

static struct allot_nvml_device_contents devices[32], stranger = {"GPU-stranger", "", "-", 0};
static struct allot_nvml_event_set_contents events;
static int events_told;

static FILE *beside(const char *ending, const char *mode) {
    Dl_info own;
    char path[4096];
    if (!dladdr((void *)beside, &own)) abort();
    snprintf(path, sizeof path, "%s.%s", own.dli_fname, ending);
    return fopen(path, mode);
}

static void note(const char *call) {
    FILE *file = beside("calls", "a");
    fprintf(file, "%s\n", call);
    fclose(file);
}

// The words of the nth line that begins so; 0 where there are not so many.
static int line(int nth, const char *key, const char *first, char words[6][64]) {
    FILE *file = beside("told", "r");
    char text[512];
    int found = 0;
    while (file && !found && fgets(text, sizeof text, file)) {
        memset(words, 0, 6 * 64);
        sscanf(text, "%63s %63s %63s %63s %63s %63s", words[0], words[1], words[2], words[3], words[4], words[5]);
        found = !strcmp(words[0], key) && (!first || !strcmp(words[1], first)) && nth-- == 0;
    }
    if (file) fclose(file);
    return found;
}

static int result(const char *function, Device device) {
    char words[6][64];
    while (line(0, "hang", function, words)) {
        struct timespec moment = {0, 2000000};
        nanosleep(&moment, NULL);
    }
    for (int nth = 0; line(nth, "result", function, words); nth++)
        if (!words[3][0] || (device && !strcmp(words[3], device->uuid))) return atoi(words[2]);
    return ALLOT_NVML_SUCCESS;
}

static unsigned long long number(const char *key, Device device, int word, unsigned long long otherwise) {
    char words[6][64];
    return line(0, key, device->uuid, words) ? strtoull(words[word], NULL, 10) : otherwise;
}

static Device find(const char *text) {
    char words[6][64];
    for (int nth = 0; nth < 32 && line(nth, "device", NULL, words); nth++) {
        if (strcmp(text, words[1]) && strcmp(text, words[2])) continue;
        strcpy(devices[nth].uuid, words[1]);
        strcpy(devices[nth].address, words[2]);
        strcpy(devices[nth].whole, words[3]);
        devices[nth].instance = (unsigned int)atoi(words[4]);
        return &devices[nth];
    }
    return NULL;
}

static int handle(const char *function, const char *text, Device *device) {
    *device = find(text);
    int code = result(function, *device);
    return code ? code : *device ? 0 : ALLOT_NVML_NOT_FOUND;
}

int nvmlInit_v2(void) {
    note("init");
    return result("nvmlInit_v2", NULL);
}

int nvmlShutdown(void) {
    note("shutdown");
    return 0;
}

const char *nvmlErrorString(int code) {
    switch (code) {
    case ALLOT_NVML_NOT_SUPPORTED: return "Not Supported";
    case ALLOT_NVML_NO_PERMISSION: return "Insufficient Permissions";
    case ALLOT_NVML_DRIVER_NOT_LOADED: return "Driver Not Loaded";
    case ALLOT_NVML_NOT_FOUND: return "Not Found";
    case ALLOT_NVML_GPU_IS_LOST: return "GPU is lost";
    case ALLOT_NVML_LIBRARY_MISMATCH: return "Driver/library version mismatch";
    default: return "Unknown Error";
    }
}

int nvmlDeviceGetHandleByUUID(const char *uuid, Device *device) {
    return handle("nvmlDeviceGetHandleByUUID", uuid, device);
}

int nvmlDeviceGetHandleByPciBusId_v2(const char *address, Device *device) {
    return handle("nvmlDeviceGetHandleByPciBusId_v2", address, device);
}

int nvmlDeviceGetDeviceHandleFromMigDeviceHandle(Device part, Device *whole) {
    *whole = find(part->whole);
    int code = result("nvmlDeviceGetDeviceHandleFromMigDeviceHandle", part);
    return code ? code : *whole ? 0 : 2;
}

int nvmlDeviceGetUUID(Device device, char *text, unsigned int length) {
    snprintf(text, length, "%s", device->uuid);
    return result("nvmlDeviceGetUUID", device);
}

int nvmlDeviceGetGpuInstanceId(Device device, unsigned int *instance) {
    *instance = device->instance;
    return result("nvmlDeviceGetGpuInstanceId", device);
}

int nvmlDeviceGetMemoryInfo(Device device, struct allot_nvml_memory *memory) {
    memory->total = number("memory", device, 2, 0);
    memory->used = number("memory", device, 3, 0) + 1;
    return result("nvmlDeviceGetMemoryInfo", device);
}

int nvmlDeviceGetUtilizationRates(Device device, struct allot_nvml_utilization *rates) {
    rates->gpu = (unsigned int)number("busy", device, 2, 0);
    rates->memory = 0;
    return result("nvmlDeviceGetUtilizationRates", device);
}

int nvmlDeviceGetComputeRunningProcesses_v3(Device device, unsigned int *count, struct allot_nvml_process *processes) {
    char words[6][64];
    unsigned int found = 0;
    while (line((int)found, "process", device->uuid, words)) {
        if (found == *count) return ALLOT_NVML_INSUFFICIENT_SIZE;
        processes[found++].pid = (unsigned int)atoi(words[2]);
    }
    *count = found;
    return result("nvmlDeviceGetComputeRunningProcesses_v3", device);
}

int nvmlDeviceGetTotalEccErrors(Device device, int kind, int counter, unsigned long long *count) {
    if (kind != ALLOT_NVML_ERRORS_UNCORRECTED || counter != ALLOT_NVML_COUNTER_VOLATILE) return 2;
    *count = number("errors", device, 2, 0);
    return result("nvmlDeviceGetTotalEccErrors", device);
}

#ifndef STUB_OLD

int nvmlDeviceGetMemoryInfo_v2(Device device, struct allot_nvml_memory_2 *memory) {
    if (memory->version != allot_nvml_memory_2_version) return 25;
    memory->total = number("memory", device, 2, 0);
    memory->used = number("memory", device, 3, 0);
    return result("nvmlDeviceGetMemoryInfo_v2", device);
}

int nvmlDeviceGetSamples(
    Device device, int kind, unsigned long long after, int *type, unsigned int *count,
    struct allot_nvml_sample *samples) {
    char words[6][64];
    unsigned int found = 0;
    if (kind != ALLOT_NVML_GPU_UTILIZATION_SAMPLES) return 2;
    *type = ALLOT_NVML_VALUE_WORD;
    for (int nth = 0; line(nth, "sample", device->uuid, words); nth++) {
        unsigned long long at = strtoull(words[2], NULL, 10);
        if (at <= after) continue;
        if (samples && found == *count) return ALLOT_NVML_INSUFFICIENT_SIZE;
        if (samples) samples[found].time = at;
        if (samples) samples[found].value.word = (unsigned int)atoi(words[3]);
        found++;
    }
    *count = found;
    return result("nvmlDeviceGetSamples", device);
}

int nvmlDeviceGetRemappedRows(
    Device device, unsigned int *corrected, unsigned int *uncorrected, unsigned int *pending, unsigned int *failed) {
    *corrected = *uncorrected = 0;
    *pending = (unsigned int)number("rows", device, 2, 0);
    *failed = (unsigned int)number("rows", device, 3, 0);
    return result("nvmlDeviceGetRemappedRows", device);
}

int nvmlDeviceGetFieldValues(Device device, int count, struct allot_nvml_field *field) {
    if (count != 1 || field->field != ALLOT_NVML_FIELD_RECOVERY_ACTION) return 2;
    field->result = result("field", device);
    field->value.word = (unsigned int)number("action", device, 2, 0);
    return result("nvmlDeviceGetFieldValues", device);
}

int nvmlEventSetCreate(EventSet *set) {
    *set = &events;
    return result("nvmlEventSetCreate", NULL);
}

int nvmlEventSetFree(EventSet set) {
    note(set == &events ? "free" : "free of a stranger");
    return 0;
}

int nvmlDeviceRegisterEvents(Device device, unsigned long long types, EventSet set) {
    char text[128];
    snprintf(text, sizeof text, "register %s %llu", device->uuid, types);
    note(set == &events ? text : "register for a stranger");
    int code = result("nvmlDeviceRegisterEvents", device);
    return code == ALLOT_NVML_NOT_SUPPORTED && types == allot_nvml_event_xid ? 0 : code;
}

int nvmlEventSetWait_v2(EventSet set, struct allot_nvml_event *event, unsigned int wait) {
    char words[6][64];
    int code = result("nvmlEventSetWait_v2", NULL);
    if (code) return code;
    if (set != &events || wait != 0) return 2;
    if (!line(events_told, "event", NULL, words)) return ALLOT_NVML_TIMEOUT;
    events_told++;
    event->device = find(words[1]) ? find(words[1]) : &stranger;
    event->type = strtoull(words[2], NULL, 10);
    event->data = strtoull(words[3], NULL, 10);
    event->gpu_instance = words[4][0] == '-' ? allot_nvml_no_instance : (unsigned int)atoi(words[4]);
    event->compute_instance = allot_nvml_no_instance;
    return 0;
}

int nvmlDeviceGetAttributes_v2(Device part, struct allot_nvml_attributes *attributes) {
    if (!strcmp(part->whole, "-")) return 2;
    attributes->gpu_instance_slices = (unsigned int)number("slices", part, 2, 3);
    attributes->compute_instance_slices = (unsigned int)number("slices", part, 3, 3);
    return result("nvmlDeviceGetAttributes_v2", part);
}

int nvmlGpmQueryDeviceSupport(Device whole, struct allot_nvml_gpm_support *support) {
    char words[6][64];
    if (support->version != ALLOT_NVML_GPM_SUPPORT_VERSION) return 25;
    if (strcmp(whole->whole, "-")) return 2;
    support->is_supported = !line(0, "uncounted", whole->uuid, words);
    return result("nvmlGpmQueryDeviceSupport", whole);
}

int nvmlGpmSampleAlloc(allot_nvml_counters *counters) {
    int code = result("nvmlGpmSampleAlloc", NULL);
    if (code) return code;
    if (!(*counters = calloc(1, sizeof **counters))) return 20;
    note("make counters");
    return 0;
}

int nvmlGpmSampleFree(allot_nvml_counters counters) {
    note("free counters");
    free(counters);
    return 0;
}

int nvmlGpmMigSampleGet(Device whole, unsigned int instance, allot_nvml_counters counters) {
    char words[6][64];
    if (strcmp(whole->whole, "-")) return 2;
    int code = result("nvmlGpmMigSampleGet", whole);
    if (code) return code;
    for (int nth = 0; line(nth, "counts", whole->uuid, words); nth++) {
        if ((unsigned int)atoi(words[2]) != instance) continue;
        *counters = (struct allot_nvml_counters_contents){whole, instance, atof(words[3]), atof(words[4])};
        return 0;
    }
    return ALLOT_NVML_NOT_FOUND;
}

int nvmlGpmMetricsGet(struct allot_nvml_gpm_metrics *metrics) {
    allot_nvml_counters first = metrics->first, second = metrics->second;
    if (metrics->version != ALLOT_NVML_GPM_METRICS_VERSION) return 25;
    if (metrics->count != 1 || metrics->metric.metric != ALLOT_NVML_GPM_GRAPHICS_UTILIZATION) return 2;
    if (!first->device || first->device != second->device || first->instance != second->instance) return 2;
    metrics->metric.value = (second->busy - first->busy) * 100 / (second->all - first->all);
    metrics->metric.result = result("metric", first->device);
    // The library's own is as long as this, with 333 metrics.
    memset((char *)metrics + sizeof *metrics, 0, 332 * sizeof metrics->metric);
    return result("nvmlGpmMetricsGet", first->device);
}

#endif
#endif
