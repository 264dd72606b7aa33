// Long answers to browsers are sent as gzip: a page of the dashboard is a few hundred kilobytes of
// JSON. Programs get them as they are, since packing takes longer than sending over loopback.
#pragma once

#include "api/request.h"

namespace okapi::server {

// Nothing happens to what is short, packed already or asked for by anything but a browser
// (Sec-Fetch-Site) that takes gzip.
void compress_for_browser(const api::Request& request, api::Response& response);

}  // namespace okapi::server
