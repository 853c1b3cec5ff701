/* SPDX-License-Identifier: MIT */
/*
 * Key addresses of authenticator apps.
 */
#include "client/model/otpauth.h"

#include <string.h>

#include "common/mem.h"

/* "&name=value" out of the string, if it is there. */
static void
otpauth_drop(char *uri, const char *parameter)
{
	size_t len = strlen(parameter);
	char *at = strstr(uri, parameter);

	if (at && (at[len] == '\0' || at[len] == '&'))
		memmove(at, at + len, strlen(at + len) + 1);
}

/* The issuer where it is the label's first part as well. */
static void
otpauth_drop_issuer(char *uri)
{
	static const char name[] = "&issuer=";
	char *at = strstr(uri, name);
	char *label = strstr(uri, "totp/");
	size_t len;

	if (!at || !label)
		return;
	label += strlen("totp/");
	len = strcspn(at + strlen(name), "&");
	if (strncmp(label, at + strlen(name), len) == 0 && label[len] == ':')
		memmove(at, at + strlen(name) + len, strlen(at + strlen(name) + len) + 1);
}

char *
otpauth_shorten(const char *uri, unsigned how)
{
	char *s = mem_strdup(uri);

	if (how >= 1) {
		otpauth_drop(s, "&algorithm=SHA1");
		otpauth_drop(s, "&digits=6");
		otpauth_drop(s, "&period=30");
	}
	if (how >= 2)
		otpauth_drop_issuer(s);
	return s;
}
