#include "CCurl.h"

CURLcode guandu_curl_set_string(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}
CURLcode guandu_curl_set_long(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}
CURLcode guandu_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
  return curl_easy_setopt(handle, option, value);
}
CURLcode guandu_curl_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(handle, option, value);
}
CURLcode guandu_curl_set_callback(CURL *handle, CURLoption option, guandu_curl_callback callback) {
  return curl_easy_setopt(handle, option, callback);
}
CURLcode guandu_curl_set_seek(CURL *handle, guandu_curl_seek callback) {
  return curl_easy_setopt(handle, CURLOPT_SEEKFUNCTION, callback);
}
CURLcode guandu_curl_set_progress(CURL *handle, guandu_curl_progress callback) {
  return curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, callback);
}
CURLcode guandu_curl_response_code(CURL *handle, long *code) {
  return curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, code);
}
CURLcode guandu_curl_global_init(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }
CURLcode guandu_curl_redirect_url(CURL *handle, char **url) {
  return curl_easy_getinfo(handle, CURLINFO_REDIRECT_URL, url);
}
