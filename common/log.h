/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_COMMON_LOG_H
#define EMAGE_COMMON_LOG_H

enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARN = 4, LOG_LEVEL_INFO = 6, LOG_LEVEL_DEBUG = 7 };

/*
 * One line per event to standard error: "<6>event key=value ...". The event is
 * a constant ("conn.closed"); fmt makes the pairs. Never a name, identifier,
 * address of a person, exam or secret; control characters are escaped, so an
 * entry stays one line. Thread-safe.
 */
void log_event(enum log_level level, const char *event, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void log_set(enum log_level most_verbose, _Bool with_time);

#define log_error(event, ...) log_event(LOG_LEVEL_ERROR, event, __VA_ARGS__)
#define log_warn(event, ...)  log_event(LOG_LEVEL_WARN, event, __VA_ARGS__)
#define log_info(event, ...)  log_event(LOG_LEVEL_INFO, event, __VA_ARGS__)
#define log_debug(event, ...) log_event(LOG_LEVEL_DEBUG, event, __VA_ARGS__)

#endif
