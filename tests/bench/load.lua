-- One workload for wrk: wrk -s load.lua BASE -- METHOD PATH BODY
-- "%d" in the body is another number in every request.
local number = 0

function init(args)
  method, path, body = args[1], args[2], args[3]
  headers = {["Authorization"] = "Bearer sk_test_bench"}
  if body == "" then body = nil end
  if body then headers["Content-Type"] = "application/x-www-form-urlencoded" end
  number = os.time() % 1000000 * 1000000
  moving = body and body:find("%%d") ~= nil
  if not moving then fixed = wrk.format(method, path, headers, body) end
end

function request()
  if not moving then return fixed end
  number = number + 1
  return wrk.format(method, path, headers, (body:gsub("%%d", string.format("%.0f", number))))
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.status + errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format("R %.0f %d %d\n", summary.requests / (summary.duration / 1e6),
    latency:percentile(99), failed))
end
