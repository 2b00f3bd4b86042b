// allot-measure NAME WORD...: one measurement. Figures come as `name=value`, times in milliseconds, memory in units of
// 10^6 bytes. Each file says what its measurements take.
#include "measure.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int (*measure)(int count, char **words);
} measurements[] = {
    {"load", measure_load}, {"first", measure_first}, {"next", measure_next}, {"spawn", measure_spawn},
    {"ready", measure_ready}, {"memory", measure_memory}, {"sync", measure_sync}, {"rows", measure_rows},
    {"sqlite", measure_sqlite},
};
static const int measurement_count = sizeof measurements / sizeof *measurements;

int main(int count, char **words) {
    int code = 64;
    for (int index = 0; count > 1 && index < measurement_count; index++) {
        if (!strcmp(words[1], measurements[index].name)) code = measurements[index].measure(count - 2, words + 2);
    }
    if (code != 64) return code;
    fprintf(stderr, "usage: allot-measure NAME WORD...; the names are");
    for (int index = 0; index < measurement_count; index++) fprintf(stderr, " %s", measurements[index].name);
    fprintf(stderr, "\n");
    return 64;
}
