/* SPDX-License-Identifier: MIT */
/*
 * How fast emage-imaging takes CT slices of 512 x 512: processor time of the
 * process itself, against encoding the same pixels with CharLS and nothing else.
 */
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <charls/charls.h>

#include "common/err.h"
#include "common/mem.h"
#include "tests/imaging/files.h"
#include "tests/lib/imaging_child.h"

#define ROUNDS	     5
#define PER_ROUND    40
#define TARGET_PER_S 100.0

static const char *const SLICES[] = {"ankle-explicit", "ankle-implicit", "ankle-deflated",
    "ankle-rle", "ankle-70", "ankle-57", "ankle-jpeg-ls", "ankle-j2k"};

/* Processor time of a process so far; 10 ms steps, so many files are timed at once. */
static double
cpu_ms(pid_t pid)
{
	char path[64], line[1024];
	unsigned long user = 0, system = 0;
	const char *behind;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "r");
	if (f == NULL || fgets(line, sizeof(line), f) == NULL)
		die("%s cannot be read", path);
	fclose(f);
	behind = strrchr(line, ')');
	if (behind == NULL ||
	    sscanf(behind + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
		&system) != 2)
		die("%s is not understood", path);
	return (double)(user + system) * 1000 / (double)sysconf(_SC_CLK_TCK);
}

static double
own_cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* The least that a slice costs: best of the rounds. */
static double
encode_ms(const uint16_t *v, uint32_t side)
{
	charls_frame_info info = {side, side, 12, 1};
	size_t cap = (size_t)side * side * 4, n = 0;
	uint8_t *out = mem_new(cap);
	double best = 1e9, ms;

	for (unsigned r = 0; r < ROUNDS * 4; r++) {
		charls_jpegls_encoder *e = charls_jpegls_encoder_create();

		ms = own_cpu_ms();
		if (charls_jpegls_encoder_set_frame_info(e, &info) != 0 ||
		    charls_jpegls_encoder_set_destination_buffer(e, out, cap) != 0 ||
		    charls_jpegls_encoder_encode_from_buffer(e, v, (size_t)side * side * 2, 0) !=
			0 ||
		    charls_jpegls_encoder_get_bytes_written(e, &n) != 0)
			die("CharLS does not encode");
		ms = own_cpu_ms() - ms;
		best = ms < best ? ms : best;
		charls_jpegls_encoder_destroy(e);
	}
	free(out);
	return best;
}

static double
decode_ms(struct imaging_child *c, const char *name)
{
	struct imaging_result r;
	double best = 1e9, ms;
	size_t len;
	uint8_t *v = imaging_read_file(files_path(name, ".dcm"), &len);

	if (v == NULL)
		die("%s is missing", name);
	for (unsigned round = 0; round < ROUNDS; round++) {
		ms = cpu_ms(c->pid);
		for (unsigned i = 0; i < PER_ROUND; i++) {
			if (imaging_child_decode(c, v, len, false, &r) < 0 || !r.reply->ok)
				die("%s is not decoded", name);
			imaging_result_free(&r);
		}
		ms = (cpu_ms(c->pid) - ms) / PER_ROUND;
		best = ms < best ? ms : best;
	}
	free(v);
	return best;
}

int
main(void)
{
	struct imaging_child c;
	struct imaging_result r;
	uint16_t *pixels;
	int32_t *v;
	size_t n;
	double bare, ms;

	if (files_make("syntaxes") != 0 || !imaging_child_start(&c) ||
	    imaging_child_decode_path(&c, files_path("ankle", ".dcm"), false, &r) < 0)
		die("no files, or no emage-imaging");
	v = imaging_result_samples(&r, 0, &n);
	if (v == NULL || r.frames[0]->info->rows != 512)
		die("the slice is not as expected");
	pixels = mem_new_array(n, sizeof(*pixels));
	for (size_t i = 0; i < n; i++)
		pixels[i] = (uint16_t)v[i];
	bare = encode_ms(pixels, 512);
	printf("%-18s %8s %10s %12s\n", "512x512 CT slice", "CPU ms", "ratio", "per s, core");
	printf("%-18s %8.2f %10.2f %12.0f\n", "CharLS alone", bare, 1.0, 1000 / bare);
	for (size_t i = 0; i < ARRAY_LEN(SLICES); i++) {
		ms = decode_ms(&c, SLICES[i]);
		printf("%-18s %8.2f %10.2f %12.0f  %s\n", SLICES[i] + strlen("ankle-"), ms,
		    ms / bare, 1000 / ms, 1000 / ms >= TARGET_PER_S ? "met" : "MISSED");
	}
	printf("target: %.0f a second a core\n", TARGET_PER_S);
	imaging_child_stop(&c);
	imaging_result_free(&r);
	free(pixels);
	free(v);
	files_remove();
	return 0;
}
