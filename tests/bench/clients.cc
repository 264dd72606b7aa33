// clients PORT COUNT SECONDS THINK_MS PATH: COUNT keep-alive connections, opened in one burst, each
// of which asks for PATH, thinks and asks again. Prints
//   answers N failed N unserved N last_first_us N p50_us N max_us N
// where last_first_us is when the last of them had its first answer. One thread, so that the wait
// of a client is the server's doing; a client that was cut off counts as failed and stays away.
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;

struct Client {
  int descriptor = -1;
  bool waits = false;  // for an answer
  bool served = false;
  Clock::time_point asked = {};
  Clock::time_point asks_at = {};
  std::string answer = {};
};

struct Times {
  std::vector<std::int64_t> waits_us = {};
  std::int64_t last_first_us = 0;
  int failed = 0;
};

std::int64_t us_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration_cast<microseconds>(to - from).count();
}

int connect_to(int port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  return descriptor;
}

// False at the end of the connection.
bool receive(Client& client) {
  char buffer[65536];
  while (true) {
    const ssize_t got = ::recv(client.descriptor, buffer, sizeof buffer, 0);
    if (got > 0) {
      client.answer.append(buffer, static_cast<std::size_t>(got));
    } else {
      return got < 0 && (errno == EAGAIN || errno == ENOTCONN);
    }
  }
}

// The servers measured here all name a Content-Length.
bool is_whole(const std::string& answer) {
  constexpr std::string_view field = "\r\ncontent-length:";
  const std::size_t head = answer.find("\r\n\r\n");
  if (head == std::string::npos) return false;
  std::string lowered = answer.substr(0, head);
  std::ranges::transform(lowered, lowered.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const std::size_t at = lowered.find(field);
  if (at == std::string::npos) return true;
  const unsigned long length = std::strtoul(lowered.c_str() + at + field.size(), nullptr, 10);
  return answer.size() >= head + 4 + length;
}

void leave(Client& client, Times& times) {
  ::close(client.descriptor);
  client.descriptor = -1;
  ++times.failed;
}

void take_answer(Client& client, Times& times, Clock::time_point began, microseconds think) {
  const Clock::time_point now = Clock::now();
  if (client.answer.compare(9, 3, "200") != 0) return leave(client, times);
  times.waits_us.push_back(us_between(client.asked, now));
  if (!client.served) times.last_first_us = us_between(began, now);
  client.served = true;
  client.waits = false;
  client.asks_at = now + think;
  client.answer.clear();
}

void ask_those_due(std::vector<Client>& clients, const std::string& request) {
  const Clock::time_point now = Clock::now();
  for (Client& client : clients) {
    if (client.descriptor < 0 || client.waits || client.asks_at > now) continue;
    client.waits = ::send(client.descriptor, request.data(), request.size(), MSG_NOSIGNAL) > 0;
    client.asked = now;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: clients PORT COUNT SECONDS THINK_MS PATH\n");
    return 2;
  }
  const std::string request =
      std::string("GET ") + argv[5] +
      " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer sk_test_bench\r\n\r\n";
  const auto think = microseconds(std::atol(argv[4]) * 1000);
  std::vector<Client> clients(static_cast<std::size_t>(std::atol(argv[2])));
  Times times;
  const int poll = ::epoll_create1(0);
  const Clock::time_point began = Clock::now();
  const Clock::time_point end = began + std::chrono::seconds(std::atol(argv[3]));
  for (std::size_t i = 0; i < clients.size(); ++i) {
    clients[i].descriptor = connect_to(std::atoi(argv[1]));
    epoll_event interest = {};
    interest.events = EPOLLIN | EPOLLOUT | EPOLLET;
    interest.data.u64 = i;
    ::epoll_ctl(poll, EPOLL_CTL_ADD, clients[i].descriptor, &interest);
  }
  while (Clock::now() < end) {
    ask_those_due(clients, request);
    epoll_event ready[256];
    const int count = ::epoll_wait(poll, ready, 256, 1);
    for (int i = 0; i < count; ++i) {
      Client& client = clients[ready[i].data.u64];
      if (client.descriptor < 0) continue;
      const bool open = receive(client);
      if (client.waits && is_whole(client.answer)) take_answer(client, times, began, think);
      if (!open && client.descriptor >= 0) leave(client, times);
    }
  }
  std::ranges::sort(times.waits_us);
  const std::size_t answers = times.waits_us.size();
  const auto unserved = std::ranges::count(clients, false, &Client::served);
  std::printf("answers %zu failed %d unserved %td last_first_us %ld p50_us %ld max_us %ld\n",
              answers, times.failed, unserved, static_cast<long>(times.last_first_us),
              answers == 0 ? 0L : static_cast<long>(times.waits_us[answers / 2]),
              answers == 0 ? 0L : static_cast<long>(times.waits_us.back()));
  return 0;
}
