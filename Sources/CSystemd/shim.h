#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>
// adjtimex(2), which Swift's Glibc leaves out: whether a time service disciplines the clock.
#include <sys/timex.h>
