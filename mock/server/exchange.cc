#include "server/exchange.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "api/form.h"
#include "api/render.h"
#include "api/sample.h"
#include "api/storage.h"
#include "api/version.h"
#include "base/base64.h"
#include "base/check.h"
#include "base/decimal.h"
#include "base/text.h"
#include "base/time.h"
#include "events/webhook_queue.h"
#include "server/answer_headers.h"
#include "server/from_stripe_cli.h"
#include "server/journaling.h"
#include "server/like_stripe_mock.h"
#include "server/publishable.h"
#include "store/committed.h"

namespace okapi::server {
namespace {

constexpr std::string_view stream_operation = "v2.billing.meter_event_stream.create";
constexpr std::string_view session_operation = "v2.billing.meter_event_session.create";

const std::string* find_header(const api::Headers& headers, std::string_view name) {
  const std::string_view value = api::header(headers, name);
  for (const auto& [key, text] : headers) {
    // The header that api::header found, so that an empty one differs from none.
    if (text.data() == value.data() && key.size() == name.size()) return &text;
  }
  return nullptr;
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

bool sends_json_or_parts(const api::Request& request) {
  const std::string_view type = api::header(request.headers, "Content-Type");
  return type.starts_with("application/json") || type.starts_with("multipart/");
}

// What --max-objects counts: events have a bound of their own.
std::size_t objects_in(const store::Transaction& tx) {
  return tx.size() + tx.meter_log().size() - tx.count("event");
}

// Live keys stay out of every log, wherever the client put them.
std::string without_live_keys(const std::string& text) {
  return text.find("k_live_") == text.npos ? text : "(withheld: it holds a live key)";
}

}  // namespace

Exchange::Exchange(Dispatch& dispatch, const api::Request& request, World* world)
    : dispatch_(dispatch),
      request_(request),
      method_(request.method == "HEAD" ? std::string_view("GET")
                                       : std::string_view(request.method)),
      started_(monotonic_microseconds()),
      world_(world) {}

api::Response Exchange::run() {
  try {
    response_.body = answer();
  } catch (const api::ApiError& error) {
    refuse(error);
  } catch (const OutOfRange&) {
    refuse(api::out_of_range());
  } catch (const std::exception& bug) {
    refuse_bug(bug.what());
  }
  if (reserved_) world_->idempotency.release(key_);
  if (!record_.events.empty() || !record_.later_events.empty()) {
    dispatch_.webhooks_->notify(world_->store);
  }
  add_headers();
  write_record();
  return std::move(response_);
}

std::string Exchange::answer() {
  identify_caller();
  choose_version();
  find_operation();
  obey_dials();
  apply_fault();
  const api::Input input = read_input();
  checked_ = true;
  refuse_missing();
  if (plan_->stored_retrieve && method_ == "GET" && api::is_newest(version_)) {
    std::string stored = retrieve_stored(input);
    if (!stored.empty()) return stored;
  }
  if (honours_key() && replay(input)) return std::move(response_.body);
  std::string body = execute(input);
  const bool is_empty_list = dispatch_.settings_.synthesize_unknown_ids && lists_nothing(body);
  return is_empty_list ? sample() : body;
}

// --- key, version, operation

void Exchange::identify_caller() {
  if (world_ != nullptr) {
    caller_.credential = world_->key;
  } else {
    caller_ = identify(request_, *dispatch_.accounts_, dispatch_.options_);
    world_ = caller_.world;
  }
  const IdSource ids{.counting = dispatch_.options_.counting_ids, .seed = world_->request_seed};
  record_.request_id = make_id(ids, "req_", 18, ++world_->requests);
}

void Exchange::choose_version() {
  version_ = api::header(request_.headers, "Stripe-Version");
  if (version_.empty()) {
    version_ = dispatch_.options_.default_version;
    if (version_.empty()) version_ = api::api_version();
    return;
  }
  if (api::is_known_version(version_)) return;
  if (dispatch_.settings_.synthesize_unknown_ids) {
    version_ = api::api_version();  // stripe-mock takes any word for one
    return;
  }
  const std::string_view asked = std::exchange(version_, api::api_version());
  throw api::invalid_version(asked);
}

void Exchange::find_operation() {
  routed_ = api::find_old_call(version_, method_, request_.path(), route_, old_) ||
            api::find_route(method_, request_.path(), route_);
  if (routed_) routed_ = api::has_operation(version_, route_.operation.name());
  if (!routed_) throw api::unrecognized_url(request_.method, request_.path());
  plan_ = &dispatch_.plans_[route_.operation.index()];
  if (!plan_->removed_in.empty() && version_ >= plan_->removed_in) {
    routed_ = false;
    throw api::unrecognized_url(request_.method, request_.path());
  }
  turn_to_platform();
  // A session's token opens the stream and nothing else.
  const bool is_token = dispatch_.accounts_->find_token(caller_.credential) != nullptr;
  if (is_token && route_.operation.name() != stream_operation) {
    throw api::invalid_api_key(caller_.credential);
  }
  // What is to be synthesized is checked before.
  if (!dispatch_.settings_.synthesize_unknown_ids) refuse_missing();
}

// What a connected account is stands in its platform's world.
void Exchange::turn_to_platform() {
  const std::string& id = caller_.connected_account;
  if (id.empty() || caller_.platform == world_) return;
  const bool is_current = route_.operation.name() == "accounts.retrieve_current";
  const bool is_own = route_.operation.name().starts_with("accounts.") &&
                      !route_.path_ids.empty() && route_.path_ids.front() == id;
  if (!is_current && !is_own) return;
  if (!store::find_committed(*caller_.platform->store.committed(), "account", id)) return;
  world_ = caller_.platform;
  if (!is_current) return;
  OKAPI_CHECK(api::find_operation("accounts.retrieve", route_.operation));
  route_.path_ids = {id};
  plan_ = &dispatch_.plans_[route_.operation.index()];
}

void Exchange::refuse_missing() const {
  if (plan_->missing) throw api::not_implemented(route_.operation.name());
}

// Before the delay of a fault, which can so hold an object as long as a test needs it.
void Exchange::obey_dials() {
  dials_ = api::dials_of(world_->store);
  const bool searches = route_.operation.shape() == api::Shape::search;
  const auto limit = [&](std::string_view line, std::int64_t rate, const char* reason) {
    if (rate == 0 || world_->traffic.admit(line, rate, started_)) return;
    response_.headers.emplace_back("Stripe-Rate-Limited-Reason", reason);
    throw api::rate_limited();
  };
  limit("", dials_.rate_limit, "global-rate");
  const std::int64_t own = searches && dials_.search_rate_limit > 0 ? dials_.search_rate_limit
                                                                    : dials_.endpoint_rate_limit;
  limit(route_.operation.name(), own, "endpoint-rate");
  if (!dials_.lock_timeouts || method_ == "GET" || route_.path_ids.empty()) return;
  if (!world_->traffic.hold(route_.path_ids.front(), held_)) throw api::lock_timeout();
}

// What the dashboard and the hosted pages merely look at, every second or two.
bool Exchange::looks() const { return !api::header(request_.headers, "Okapi-Dashboard").empty(); }

void Exchange::apply_fault() {
  // A rule is for applications: a page that looks must neither use it up nor break by it.
  if (looks()) return;
  fault_ = dispatch_.control_->fault_for(request_, caller_.credential);
  if (!fault_) return;
  if (fault_->delay_milliseconds > 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(fault_->delay_milliseconds));
  }
  if (fault_->error) throw *fault_->error;
  if (fault_->close_before) {
    response_.drop = true;
    throw api::refused_request(503,
                               "The connection was dropped, as a rule of /_okapi/faults asks.");
  }
}

api::Input Exchange::read_input() {
  const api::Operation& operation = route_.operation;
  if (operation.v2()) {
    if (caller_.publishable) throw api::publishable_key();
    return api::check_v2_params(operation, api::parse_form(request_.query(), {}), request_.body);
  }
  const std::string_view type = api::header(request_.headers, "Content-Type");
  if (operation.multipart() && api::is_multipart(type)) {
    api::MultipartForm form = api::parse_multipart(type, request_.body);
    api::Input input =
        api::check_params(operation, api::parse_form(request_.query(), form.pairs), version_);
    input.upload = std::move(form.file);
    return input;
  }
  if (!request_.body.empty() && sends_json_or_parts(request_)) throw api::wrong_content_type();
  api::FormNode form = api::parse_form(request_.query(), request_.body);
  if (old_.call != nullptr) api::lift_call(old_, form);
  if (caller_.publishable) {
    const std::string client_secret = take_browser_params(form, operation);
    check_publishable(*world_, route_, client_secret);
  }
  if (dispatch_.settings_.synthesize_unknown_ids) {
    return check_as_stripe_mock(operation, std::move(form), version_);
  }
  if (!form.children.empty() && is_from_stripe_cli(request_)) {
    return check_as_stripe_cli(operation, form, version_);
  }
  return api::check_params(operation, form, version_);
}

// --- idempotency

// Stripe: keys count for POST, on v2 for DELETE too; elsewhere they are ignored.
bool Exchange::honours_key() const {
  const bool counts = method_ == "POST" || (route_.operation.v2() && method_ == "DELETE");
  return counts && find_header(request_.headers, "Idempotency-Key") != nullptr;
}

bool Exchange::replay(const api::Input& input) {
  key_ = *find_header(request_.headers, "Idempotency-Key");
  constexpr std::size_t longest = 255;
  if (key_.empty() || key_.size() > longest || !is_printable(key_)) {
    key_.clear();
    throw api::idempotency_key_length();
  }
  Json sent = input.params;
  if (!input.expand.empty()) sent["expand"] = input.expand;
  if (input.upload) sent["file"] = encode_base64(input.upload->bytes);
  const Fingerprint fingerprint = fingerprint_of(method_, request_.path(), sent);
  const std::optional<SavedAnswer> saved =
      world_->idempotency.begin(key_, fingerprint, wall_clock());
  if (!saved) {
    reserved_ = true;
    original_ = record_.request_id;
    return false;
  }
  record_.replayed = true;
  executed_ = true;
  original_ = saved->request_id;
  response_.status = saved->status;
  response_.body = saved->document ? api::render_document(saved->document) : saved->body;
  return true;
}

// --- execution

// GET by id: the committed text, without waiting for a writer, where nothing changes it.
std::string Exchange::retrieve_stored(const api::Input& input) {
  if (!input.expand.empty() || !input.params.empty()) return {};
  if (world_->store.has_due({}, world_->store.clock().now())) return {};
  const store::Document document =
      world_->store.find_committed(route_.operation.response_object(), route_.path_ids.back());
  if (!document || api::is_older_event(document)) return {};
  return api::render_document(document);
}

std::string Exchange::execute(const api::Input& input) {
  std::optional<store::Transaction> tx;
  run_due_before(tx);
  // Expansion reads the store and may refuse. Without it nobody needs to wait for the rendering.
  // With a journal the answer of a key is on disk together with what it tells of.
  const bool keeps = reserved_ && dispatch_.journaling_;
  const bool early = keeps || !input.expand.empty();
  const std::size_t size_before = dispatch_.options_.most_objects > 0 ? objects_in(*tx) : 0;
  api::Reply reply;
  std::string body;
  const auto render = [&] {
    body = api::render(*tx, route_.operation, std::move(reply), input.expand, version_);
    if (old_.call != nullptr && old_.call->answer != nullptr) {
      body = to_pretty(old_.call->answer(parse_stored(body)));
    }
  };
  try {
    reply = handle(*tx, input);
    const auto* document = std::get_if<store::Document>(&reply);
    const bool as_stored = document != nullptr && input.expand.empty() && api::is_newest(version_);
    if (as_stored) document_ = document->without_tree();
    if (auto* file = std::get_if<api::File>(&reply)) response_.content_type = file->content_type;
    if (early) render();
    refuse_growth(*tx, size_before);
    if (keeps) keep_with_commit(*tx, 200, body);
  } catch (const api::ApiError& error) {
    // Stripe: a declined payment is refused and kept.
    if (error.commits) {
      if (dispatch_.registry_.follow != nullptr) dispatch_.registry_.follow(*tx);
      refuse_growth(*tx, size_before);
    }
    executed_ = error.executed || error.commits;
    if (error.commits) {
      if (keeps && !route_.operation.v2()) {
        keep_with_commit(*tx, error.status, error_text(error));
      }
      tx->commit();
      record_.events = tx->committed_events();
      tx.reset();
      run_due_after();
    }
    throw;
  }
  tx->commit();
  record_.events = tx->committed_events();
  if (dials_.search_lag > 0) {
    world_->traffic.note_newest(world_->store.clock().now(),
                                store::newest_sequence(*world_->store.committed()));
  }
  if (!early) render();
  if (tx->waited()) response_.queue = std::hash<std::string_view>()(world_->key);
  tx.reset();
  executed_ = true;
  if (method_ != "GET") run_due_after();
  if (route_.operation.name() == session_operation) remember_session(body);
  if (reserved_) {
    reserved_ = false;
    SavedAnswer saved{
        .status = 200, .body = {}, .document = document_, .request_id = record_.request_id};
    if (!saved.document) saved.body = body;
    world_->idempotency.save(key_, std::move(saved));
  }
  if (fault_ && fault_->close_after) response_.drop = true;
  return body;
}

api::Reply Exchange::handle(store::Transaction& tx, const api::Input& input) {
  api::Context ctx{.tx = tx,
                   .operation = route_.operation,
                   .params = input.params,
                   .input = input,
                   .path_ids = route_.path_ids,
                   .path_id = route_.path_ids.empty() ? std::string() : route_.path_ids.back(),
                   .base_url = base_url(),
                   .version = version_,
                   .settings = dispatch_.settings_,
                   .registry = dispatch_.registry_,
                   .request = request_};
  if (dials_.search_lag > 0) {
    ctx.search_horizon = world_->traffic.horizon(world_->store.clock().now(), dials_.search_lag);
  }
  api::Reply reply =
      plan_->handler != nullptr ? plan_->handler(ctx) : api::answer_from_storage(ctx);
  if (dispatch_.registry_.follow != nullptr) dispatch_.registry_.follow(tx);
  return reply;
}

// What fell due since the last request, each step a transaction of its own; leaves the next one
// open for the request. A step that fails must not lock the account for ever: it is logged, and the
// request runs.
void Exchange::run_due_before(std::optional<store::Transaction>& tx) {
  const store::Origin origin{.request_id = record_.request_id, .idempotency_key = key_};
  while (true) {
    tx.emplace(world_->store, origin);
    if (dispatch_.registry_.run_due == nullptr || !world_->store.has_due({}, tx->now())) return;
    tx.reset();
    if (!dispatch_.run_due_step(*world_, record_.later_events)) break;
  }
  tx.emplace(world_->store, origin);
}

void Exchange::run_due_after() {
  while (dispatch_.run_due_step(*world_, record_.later_events)) {
  }
  dispatch_.advance_clocks(*world_, record_.later_events);
}

// Beyond the bound nothing grows any more: changes and deletions go on, as does what happens with
// time.
void Exchange::refuse_growth(const store::Transaction& tx, std::size_t before) const {
  const std::size_t most = dispatch_.options_.most_objects;
  if (most == 0 || method_ != "POST") return;
  const std::size_t now = objects_in(tx);
  if (now > most && now > before) throw api::too_many_objects(most);
}

void Exchange::keep_with_commit(store::Transaction& tx, int status, const std::string& body) {
  tx.attach(Journaling::key_line(
      *world_, key_,
      {.status = status, .body = body, .document = {}, .request_id = record_.request_id}));
}

void Exchange::remember_session(const std::string& body) {
  const Json session = Json::parse(body, nullptr, false);
  if (!session.is_object()) return;
  if (const auto token = maybe_text(session, "authentication_token")) {
    dispatch_.accounts_->remember_token(*token, *world_);
    if (dispatch_.journaling_) dispatch_.journaling_->keep_token(*world_, *token);
  }
}

// --- refusals

void Exchange::refuse(const api::ApiError& error) {
  if (synthesize(error)) return;
  response_.status = error.status;
  record_.error_code = error.code.empty() ? error.type : error.code;
  record_.error_message = error.message;
  response_.body = error_text(error);
  // Stripe: v2 runs a failed request again rather than replay it.
  if (reserved_ && executed_ && !route_.operation.v2()) {
    reserved_ = false;
    world_->idempotency.save(key_, {.status = response_.status,
                                    .body = response_.body,
                                    .document = {},
                                    .request_id = record_.request_id});
    // With what a refusal kept, its answer was kept, too.
    if (dispatch_.journaling_ && !error.commits) {
      dispatch_.journaling_->keep_key(*world_, key_,
                                      {.status = response_.status,
                                       .body = response_.body,
                                       .document = {},
                                       .request_id = record_.request_id});
    }
  }
}

std::string Exchange::error_text(const api::ApiError& error) const {
  std::string log_url;
  if (!record_.request_id.empty() && error.status != 401) {
    log_url = concat(base_url(), "/_okapi/requests/", record_.request_id);
  }
  Json body = api::error_body(error, record_.request_id, log_url);
  if (!api::is_newest(version_)) say_in_version(body);
  return to_pretty(body);
}

// What a refusal of an older version's client holds: objects in that version, parameters as they
// were sent.
void Exchange::say_in_version(Json& body) const {
  if (world_ != nullptr) {
    const auto lookup = api::lookup_in(world_->store.committed());
    api::walk_back(body, {.version = version_, .lookup = lookup});
  }
  Json& error = body["error"];
  if (has(error, "code") && !api::has_code(version_, text(error, "code"))) {
    error.erase("code");
    error.erase("doc_url");
  }
  if (!routed_ || !has(error, "param")) return;
  error["param"] = api::old_param(version_, route_.operation.name(), text(error, "param"));
}

void Exchange::refuse_bug(const char* what) {
  record_.bug = what;
  // Stripe: an answer is kept for its key whatever the outcome, 500 included.
  executed_ = reserved_;
  refuse(api::internal(record_.request_id));
}

// --unknown-ids=synthesize: like stripe-mock, okapi refuses then only what is no request of
// Stripe's API at all. Whatever else a handler refuses, or nobody handles, answers a sample.
bool Exchange::synthesize(const api::ApiError& error) {
  if (!dispatch_.settings_.synthesize_unknown_ids || !checked_) return false;
  const bool stands = error.commits || error.status == 409 || error.status == 429;
  if (stands || error.status == 401 || error.status == 403 || error.status == 500) return false;
  response_.body = sample();
  return true;
}

std::string Exchange::sample() {
  store::Transaction tx(world_->store, {});  // never committed
  response_.status = 200;
  response_.headers.emplace_back("Okapi-Synthesized", "true");
  std::string body = api::sample_answer(tx, route_.operation, route_.path_ids, request_.path());
  if (api::answers_binary(route_.operation)) {
    response_.content_type = "application/octet-stream";
    return body;
  }
  if (api::is_newest(version_)) return body;
  Json older = Json::parse(body);
  api::walk_back(older, {.version = version_, .lookup = api::lookup_in(tx)});
  return to_pretty(older);
}

// --- the answer's outside

void Exchange::add_headers() {
  const bool no_key = response_.status == 401;
  AnswerFacts facts;
  if (!no_key) {
    facts.request_id = record_.request_id;
    facts.version = version_;
  }
  facts.idempotency_key = key_;
  facts.original_request = original_;
  facts.replayed = record_.replayed;
  // Differs: 501 is ours; without this word every SDK would ask again for what is missing.
  const bool missing = response_.status == 501;
  facts.final = missing || (executed_ && !key_.empty() && response_.status < 500);
  facts.connected_account = caller_.connected_account;
  facts.unauthorized = no_key;
  add_answer_headers(response_.headers, facts);
}

void Exchange::write_record() {
  // It would push out what applications did.
  const bool did_nothing = record_.events.empty() && record_.later_events.empty();
  if (looks() && did_nothing && response_.status < 500) return;
  record_.at = wall_clock();
  record_.method = request_.method;
  record_.target = without_live_keys(request_.target);
  // Of a file, the log keeps that it was one.
  const bool is_file = routed_ && route_.operation.multipart();
  record_.body = is_file ? std::string() : without_live_keys(request_.body);
  record_.body_is_json = routed_ && route_.operation.v2();
  if (world_ != nullptr) {
    record_.account = world_->store.id();
    record_.key = shown_key(caller_.credential);
  }
  if (routed_) record_.operation = route_.operation.name();
  record_.version = version_;
  record_.idempotency_key = key_;
  record_.status = response_.status;
  const bool is_json = response_.content_type == "application/json";
  record_.response = is_json ? response_.body.substr(0, RequestLog::longest_body)
                             : concat("(", response_.content_type, ")");
  record_.microseconds = monotonic_microseconds() - started_;
  dispatch_.request_log_->add(std::move(record_));
}

// What objects say of themselves in urls: the host that the client used.
std::string Exchange::base_url() const {
  const std::string_view host = api::header(request_.headers, "Host");
  const bool sound = !host.empty() && host.size() <= 255 && std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_' || c == ':' || c == '[' || c == ']';
  });
  if (!sound) return dispatch_.options_.base_url;
  return concat(request_.secure ? "https://" : "http://", host);
}

}  // namespace okapi::server
