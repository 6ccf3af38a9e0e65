// FastCGI responder and authorizer over libfcgi, with a pool of threads (FastCGI 1.0; checklist H09–H13, H29).
//
// A thread serves one request at a time; a connection that the web server keeps alive holds a thread only while a
// request is on it. Threads start as they are needed, and stay. A client that is silent, or does not read, loses its
// request and frees the thread after Service::client_timeout (client_pace.h). SIGTERM, SIGUSR1 or SIGINT: no new
// requests, idle connections closed, what is in flight is finished, then serve_fastcgi returns 0. A second signal, or
// 30 s, end the process at once with code 1.
//
// FCGI_WEB_SERVER_ADDRS is honoured for TCP peers. A NUL in a variable ends its value (libfcgi keeps C strings). An
// unknown role closes the connection. A request that is multiplexed onto a busy connection gets FCGI_CANT_MPX_CONN.
//
// An answer that breaks off closes the connection without FCGI_END_REQUEST. lighttpd then cuts the browser off, with
// and without Content-Length, but needs server.stream-response-body = 1 or 2 for it. lighttpd does not tell its
// backends that the browser went away until it fails to pass something on.
#pragma once

#include "adapters/cgi/service.h"
#include "adapters/fastcgi/listening_socket.h"

namespace vestibule {

struct FastcgiOptions {
    int threads = 256;  // at most
    Milliseconds stop_limit{30'000};
};

// Blocks the stop signals in the calling thread and ignores SIGPIPE. REQUIRES: called once, no other thread yet that
// could take a signal.
int serve_fastcgi(const Service& service, ListeningSocket socket, const FastcgiOptions& options);

}  // namespace vestibule
