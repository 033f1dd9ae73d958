/*
 * libarchive, loaded when it is first needed: it brings along libxml2, ICU and the C++ library, and
 * with them every command would begin 15 ms later, also those that see no archive.
 */
#ifndef PROCENARIO_SANDBOX_LIBARCHIVE_H
#define PROCENARIO_SANDBOX_LIBARCHIVE_H

#include <archive.h>
#include <archive_entry.h>

#include "base/error.h"

/* What is used of it. A function that is called as la.NAME stands here. */
#define LIBARCHIVE_FUNCTIONS(X)                                                                    \
    X(archive_entry_clear)                                                                         \
    X(archive_entry_copy_pathname)                                                                 \
    X(archive_entry_filetype)                                                                      \
    X(archive_entry_free)                                                                          \
    X(archive_entry_hardlink)                                                                      \
    X(archive_entry_hardlink_utf8)                                                                 \
    X(archive_entry_is_encrypted)                                                                  \
    X(archive_entry_new)                                                                           \
    X(archive_entry_pathname)                                                                      \
    X(archive_entry_pathname_utf8)                                                                 \
    X(archive_entry_perm)                                                                          \
    X(archive_entry_set_filetype)                                                                  \
    X(archive_entry_set_gid)                                                                       \
    X(archive_entry_set_mtime)                                                                     \
    X(archive_entry_set_perm)                                                                      \
    X(archive_entry_set_size)                                                                      \
    X(archive_entry_set_uid)                                                                       \
    X(archive_error_string)                                                                        \
    X(archive_filter_bytes)                                                                        \
    X(archive_read_data)                                                                           \
    X(archive_read_data_block)                                                                     \
    X(archive_read_extract2)                                                                       \
    X(archive_read_free)                                                                           \
    X(archive_read_new)                                                                            \
    X(archive_read_next_header)                                                                    \
    X(archive_read_open)                                                                           \
    X(archive_read_open_fd)                                                                        \
    X(archive_read_support_filter_bzip2)                                                           \
    X(archive_read_support_filter_gzip)                                                            \
    X(archive_read_support_filter_xz)                                                              \
    X(archive_read_support_filter_zstd)                                                            \
    X(archive_read_support_format_tar)                                                             \
    X(archive_read_support_format_zip)                                                             \
    X(archive_set_error)                                                                           \
    X(archive_write_close)                                                                         \
    X(archive_write_data)                                                                          \
    X(archive_write_disk_new)                                                                      \
    X(archive_write_disk_set_options)                                                              \
    X(archive_write_free)                                                                          \
    X(archive_write_header)                                                                        \
    X(archive_write_new)                                                                           \
    X(archive_write_open_fd)                                                                       \
    X(archive_write_set_bytes_in_last_block)                                                       \
    X(archive_write_set_bytes_per_block)                                                           \
    X(archive_write_set_format_pax_restricted)                                                     \
    X(archive_write_set_options)

struct libarchive {
#define X(name) __typeof__(name) *(name);
    LIBARCHIVE_FUNCTIONS(X)
#undef X
};
extern struct libarchive la;

/* Makes `la` usable; again and again. False: it is not installed, `error` says so. */
bool libarchive_load(struct error *error);

#endif
