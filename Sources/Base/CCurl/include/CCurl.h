#pragma once
#include <curl/curl.h>

/// `curl_easy_setopt` and `curl_easy_getinfo` are variadic, which Swift cannot call: one function per argument type.
CURLcode guandu_curl_set_string(CURL *handle, CURLoption option, const char *value);
CURLcode guandu_curl_set_long(CURL *handle, CURLoption option, long value);
CURLcode guandu_curl_set_pointer(CURL *handle, CURLoption option, void *value);
CURLcode guandu_curl_set_offset(CURL *handle, CURLoption option, curl_off_t value);
typedef size_t (*guandu_curl_callback)(char *bytes, size_t size, size_t count, void *context);
CURLcode guandu_curl_set_callback(CURL *handle, CURLoption option, guandu_curl_callback callback);
typedef int (*guandu_curl_seek)(void *context, curl_off_t offset, int origin);
CURLcode guandu_curl_set_seek(CURL *handle, guandu_curl_seek callback);
typedef int (*guandu_curl_progress)(
    void *context, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up);
CURLcode guandu_curl_set_progress(CURL *handle, guandu_curl_progress callback);
CURLcode guandu_curl_response_code(CURL *handle, long *code);
CURLcode guandu_curl_global_init(void);
/// Where an answer points to, as a whole address that lives as long as the handle; NULL where it points nowhere.
CURLcode guandu_curl_redirect_url(CURL *handle, char **url);
