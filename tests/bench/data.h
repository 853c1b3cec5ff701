/* SPDX-License-Identifier: MIT */
#ifndef EMAGE_BENCH_DATA_H
#define EMAGE_BENCH_DATA_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A storage directory to measure on: N patients with 10 exams each, 30 for
 * those that are sampled, accounts, and sessions whose tokens are known.
 */
#define BENCH_CERT	"tls/server.pem"
#define BENCH_KEY	"tls/server.key"
#define BENCH_CACHE_MIB 64

#define BENCH_SAMPLED	    12000u /* at most; spread over all patients */
#define BENCH_EXAMS	    10u
#define BENCH_EXAMS_SAMPLED 30u
#define BENCH_DATA_VERSION  1 /* moves when what is made changes */

/* Makes it with emagectl and the store's migrations, unless it is there
 * already. die()s when it cannot. */
void data_make(const char *build, const char *directory, uint32_t n_patients);
/* Replaces all sessions by n fresh ones, of the first n sampled patients. The
 * server must not run. */
void data_sessions(const char *directory, uint32_t n_patients, uint32_t n);

/* Number of sampled patients among so many, patient of one, and its exams. */
uint32_t data_n_sampled(uint32_t n_patients);
uint64_t data_sampled_patient(uint32_t n_patients, uint32_t i);
/* Patient whose session has number i. */
uint64_t data_session_patient(uint32_t n_patients, uint32_t i);
/* Token of session i. */
void data_token(uint32_t i, uint8_t token_r[32]);
/* The k-th exam (from 0, oldest first) of a patient. */
uint64_t data_exam_id(uint32_t n_patients, uint64_t patient_id, unsigned k);

#endif
