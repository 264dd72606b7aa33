// yardstick PORT: a bare cpp-httplib handler that answers 1.5 KB of fixed JSON, the library's known
// traps switched off (Nagle, 8 threads, 5 requests a connection, a backlog of 5). What okapi does
// beyond this is its own cost.
#include <cstdio>
#include <cstdlib>
#include <string>

#include <httplib.h>

int main(int argc, char** argv) {
  const int port = argc > 1 ? std::atoi(argv[1]) : 9000;
  std::string body = R"({"id":"cus_yardstick","object":"customer","pad":")";
  body.append(1498 - body.size(), 'x');
  body += "\"}";
  httplib::Server server;
  int listener = -1;
  server.set_tcp_nodelay(true);
  server.set_keep_alive_max_count(1'000'000'000);
  server.set_socket_options([&](int socket) {
    const int on = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    listener = socket;
  });
  server.new_task_queue = [] { return new httplib::ThreadPool(64); };
  const auto answer = [&](const httplib::Request&, httplib::Response& response) {
    response.set_content(body, "application/json");
  };
  server.Get("/v1/customers", answer);
  server.Get("/v1/customers/([^/]+)", answer);
  server.Post("/v1/customers", answer);
  server.Post("/v1/billing/meter_events", answer);
  if (!server.bind_to_port("127.0.0.1", port)) {
    std::perror("bind");
    return 1;
  }
  ::listen(listener, 1024);  // raises the backlog that the library fixed
  return server.listen_after_bind() ? 0 : 1;
}
