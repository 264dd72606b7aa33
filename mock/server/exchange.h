// One request on its way through dispatch (style, section 4), and what is known about it so far.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/dials.h"
#include "api/error.h"
#include "api/old_call.h"
#include "api/params.h"
#include "server/accounts.h"
#include "server/auth.h"
#include "server/control.h"
#include "server/dispatch.h"
#include "server/request_log.h"

namespace okapi::server {

class Exchange {
 public:
  // `world`: whose request it is; null: that of its key.
  Exchange(Dispatch& dispatch, const api::Request& request, World* world = nullptr);
  [[nodiscard]] api::Response run();  // never throws

 private:
  // The steps of the way, in order.
  std::string answer();
  void identify_caller();
  void choose_version();
  void find_operation();
  void turn_to_platform();
  void refuse_missing() const;
  void obey_dials();
  [[nodiscard]] bool looks() const;
  void apply_fault();
  api::Input read_input();
  bool replay(const api::Input& input);
  std::string execute(const api::Input& input);
  std::string retrieve_stored(const api::Input& input);
  api::Reply handle(store::Transaction& tx, const api::Input& input);

  void run_due_before(std::optional<store::Transaction>& tx);
  void run_due_after();
  void remember_session(const std::string& body);
  void refuse_growth(const store::Transaction& tx, std::size_t before) const;
  void keep_with_commit(store::Transaction& tx, int status, const std::string& body);

  void refuse(const api::ApiError& error);
  [[nodiscard]] std::string error_text(const api::ApiError& error) const;
  void say_in_version(Json& body) const;
  void refuse_bug(const char* what);
  [[nodiscard]] bool synthesize(const api::ApiError& error);
  [[nodiscard]] std::string sample();
  void add_headers();
  void write_record();

  [[nodiscard]] bool honours_key() const;
  [[nodiscard]] std::string base_url() const;

  Dispatch& dispatch_;
  const api::Request& request_;
  std::string_view method_;  // HEAD is answered like GET
  std::int64_t started_ = 0;

  Caller caller_;
  World* world_ = nullptr;
  std::string_view version_;
  api::Route route_;
  bool routed_ = false;
  api::CalledOld old_;  // the call was one of an older version
  const Plan* plan_ = nullptr;
  bool checked_ = false;  // it is a request of the API, whatever becomes of it
  std::optional<Fault> fault_;
  api::Dials dials_;
  Traffic::Hold held_;  // the object that this request changes

  std::string key_;           // Idempotency-Key, when it counts
  bool reserved_ = false;     // the key is ours until it is saved or released
  bool executed_ = false;     // the operation ran: the answer is final
  std::string original_;      // Original-Request
  store::Document document_;  // the whole answer, when it is one stored document

  api::Response response_;
  RequestRecord record_;
};

}  // namespace okapi::server
