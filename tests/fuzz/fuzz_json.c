/* SPDX-License-Identifier: MIT */
/*
 * JSON to messages and back: the first byte chooses the message. What could be
 * read is written as JSON that reads as the same message.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include <jansson.h>

#include "common/method.h"
#include "tools/lib/pbjson.h"

static void
fuzz_same(const ProtobufCMessage *msg)
{
	json_t *json = pbjson_from_message(msg);
	ProtobufCMessage *again = NULL;
	char err[512], *text = pbjson_text(json, 0);
	size_t len = protobuf_c_message_get_packed_size(msg);
	uint8_t *a = malloc(len + 1), *b = malloc(len + 1);

	fuzz_must(text != NULL);
	fuzz_must(pbjson_to_message(msg->descriptor, json, &again, err, sizeof(err)) == 0);
	fuzz_must(protobuf_c_message_get_packed_size(again) == len);
	protobuf_c_message_pack(msg, a);
	protobuf_c_message_pack(again, b);
	fuzz_must(memcmp(a, b, len) == 0);
	protobuf_c_message_free_unpacked(again, NULL);
	json_decref(json);
	free(text);
	free(a);
	free(b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const struct method *m;
	const ProtobufCMessageDescriptor *desc;
	ProtobufCMessage *msg = NULL;
	json_t *json;
	char err[512] = "";
	int rc;

	if (len < 1)
		return 0;
	pbjson_setup();
	m = method_at(bytes[0] / 2 % N_METHODS);
	desc = bytes[0] % 2 ? m->request : m->reply;
	json = json_loadb((const char *)bytes + 1, len - 1, JSON_DECODE_ANY, NULL);
	if (json == NULL)
		return 0;
	rc = pbjson_to_message(desc, json, &msg, err, sizeof(err));
	fuzz_must(strlen(err) < sizeof(err));
	fuzz_must(rc == 0 ? msg != NULL : err[0] != '\0');
	if (rc == 0) {
		fuzz_same(msg);
		protobuf_c_message_free_unpacked(msg, NULL);
	}
	json_decref(json);
	return 0;
}
