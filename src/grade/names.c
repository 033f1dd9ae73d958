/* Names of result files, and which submission belongs to which shard. */
#include <ctype.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "grade/result.h"

#define SUFFIX ".json"
#define LONGEST                                                                                    \
    200 /* of an escaped id; file systems take names of 255 bytes (limits.h, NAME_MAX) */

/* Letters of ASCII by hand: isalnum(3) goes by the locale. */
static bool is_plain(unsigned char c, bool first)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@+=,";
    if (c != '\0' && strchr(plain, c) != NULL)
        return true;
    /* "." and "..", hidden files, options */
    return !first && (c == '-' || c == '.');
}

char *result_file_name(const char *id)
{
    struct buf name = {0};
    for (const char *at = id; *at != '\0'; at++) {
        if (is_plain((unsigned char)*at, at == id))
            buf_add_char(&name, *at);
        else
            buf_printf(&name, "%%%02X", (unsigned char)*at);
    }
    if (name.length > LONGEST) {
        char digest[65];
        SHA256Data((const uint8_t *)id, strlen(id), digest);
        buf_clear(&name);
        buf_printf(&name, "%%%%%s", digest);
    }
    buf_add_string(&name, SUFFIX);
    return buf_take(&name);
}

/* Folders of results hold other files, too: pictures, and what a shard was to do. */
bool result_is_file_name(const char *name)
{
    size_t length = strlen(name), suffix = strlen(SUFFIX);
    return length > suffix && name[0] != '.' && name[0] != '-' &&
           strcmp(name + length - suffix, SUFFIX) == 0;
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

char *result_file_id(const char *name)
{
    size_t length = strlen(name), suffix = strlen(SUFFIX);
    if (!result_is_file_name(name))
        return NULL;
    struct buf id = {0};
    for (size_t i = 0; i < length - suffix; i++) {
        int high = name[i] == '%' ? hex_value(name[i + 1]) : 0;
        int low = name[i] == '%' && high >= 0 ? hex_value(name[i + 2]) : 0;
        bool escaped = name[i] == '%' && high >= 0 && low >= 0 && (high | low) != 0;
        if (name[i] == '%' && !escaped) {
            buf_release(&id);
            return NULL;
        }
        buf_add_char(&id, escaped ? (char)((unsigned)high << 4 | (unsigned)low) : name[i]);
        i += escaped ? 2 : 0;
    }
    return buf_take(&id);
}

bool shard_has(const char *id, unsigned shard, unsigned shards)
{
    return bytes_hash(id, strlen(id)) % shards == shard - 1;
}
