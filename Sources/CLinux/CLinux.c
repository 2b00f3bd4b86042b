#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <shadow.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int allot_peer_credentials(int socket, struct allot_peer *peer) {
    struct ucred credentials;
    socklen_t length = sizeof credentials;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) < 0) return -errno;
    peer->pid = credentials.pid;
    peer->uid = credentials.uid;
    peer->gid = credentials.gid;
    return 0;
}

int allot_pidfd_open(int32_t pid) {
    long descriptor = syscall(SYS_pidfd_open, pid, 0);
    return descriptor < 0 ? -errno : (int)descriptor;
}

int allot_pidfd_send_signal(int pidfd, int signal) {
    return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) < 0 ? -errno : 0;
}

// The first version of struct pidfd_info of linux/pidfd.h, which older systems' headers lack.
struct pidfd_info_64 {
    uint64_t mask, cgroup;
    uint32_t ids[11];
    int32_t exit_status;
};

int allot_pidfd_exit_status(int pidfd, int *status) {
    const uint64_t exit_wanted = 1 << 3;
    struct pidfd_info_64 info = {.mask = exit_wanted};
    if (ioctl(pidfd, _IOWR(0xFF, 11, struct pidfd_info_64), &info) < 0) return -errno;
    if (!(info.mask & exit_wanted)) return -ENODATA;
    *status = info.exit_status;
    return 0;
}

int allot_wait_status(const siginfo_t *information) {
    int code = information->si_status;
    return information->si_code == CLD_EXITED ? (code & 0xff) << 8 : code & 0x7f;
}

int allot_memory_file(const char *name) {
    int descriptor = memfd_create(name, MFD_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}

int allot_end_with_parent(void) { return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 ? -errno : 0; }

int allot_event_open(void) {
    int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return event < 0 ? -errno : event;
}

void allot_event_signal(int event) { (void)!eventfd_write(event, 1); }

void allot_event_clear(int event) {
    eventfd_t ignored;
    (void)!eventfd_read(event, &ignored);
}

int allot_file_look(int folder, const char *name, struct allot_file *file) {
    struct statx found;
    int flags = AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT;
    if (statx(folder, name, flags, STATX_TYPE | STATX_MODE | STATX_INO, &found) < 0) return -errno;
    file->mode = found.stx_mode;
    file->device = (uint64_t)found.stx_dev_major << 32 | found.stx_dev_minor;
    file->inode = found.stx_ino;
    file->number = (uint64_t)found.stx_rdev_major << 32 | found.stx_rdev_minor;
    return 0;
}

int allot_share_files(int32_t one, int32_t other) {
    long order = syscall(SYS_kcmp, one, other, KCMP_FILES, 0, 0);
    return order < 0 ? -errno : order == 0;
}

int allot_account_expired(const char *name, long today) {
    char buffer[4096];
    struct spwd entry, *found = NULL;
    if (getspnam_r(name, &entry, buffer, sizeof buffer, &found) != 0 || !found) return 0;
    return found->sp_expire >= 0 && found->sp_expire < today;
}
