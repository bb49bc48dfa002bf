/* SPDX-License-Identifier: Apache-2.0 */
/* Words, lines and numbers of the feed's text. Numbers are read exactly: digits into an integer of at most
   15 digits, one multiplication or division by a power of ten, then rounded to float, which is what
   a host gets that converts a 64-bit number to a 32-bit one. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define FEED_MAGIC "tinywright-feed 1\n"

/* Text after `word` and one blank (or at the line's end) when the line begins with it, else NULL. */
const char *feed_text_word(const char *line, const char *word);

/* Start of the line after, or NULL at the end of the text (a NUL byte or the end of the memory). */
const char *feed_text_next_line(const char *line);

/* Reads one number, moves *text behind it and a following blank. False: none, or too many digits. */
bool feed_text_number(const char **text, float *number);

uint32_t feed_text_line_number(const char *start, const char *line);
