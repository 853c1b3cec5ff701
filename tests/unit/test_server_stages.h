/* SPDX-License-Identifier: MIT */
/*
 * Every method with the test's own fake_check, fake_local, fake_read, fake_work,
 * fake_write and fake_next in the places that its cost gives them. Included
 * behind those.
 */
#include "server/stages.h"

#define FAKE_local   .local = fake_local
#define FAKE_read    .read = fake_read
#define FAKE_write   .write = fake_write
#define FAKE_hash    .read = fake_read, .work = fake_work, .write = fake_write
#define FAKE_media   FAKE_hash
#define FAKE_stream  .read = fake_read, .next = fake_next
#define FAKE_record  FAKE_stream, .write = fake_write
#define FAKE_archive FAKE_hash, .next = fake_next
static const struct stages fake_stages[N_METHODS] = {
#define METHOD(number, name, family, phases, roles, cap, rate, cost)                               \
	[METHOD_##name] = {.check = fake_check, FAKE_##cost},
#include "proto/methods.def"
#undef METHOD
};
