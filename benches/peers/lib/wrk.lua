-- wrk -s wrk.lua URL -- BODIES CALLERS SEED: a body in each line; a header of a caller in each line, taken in turn.
local requests = {}

function init(arguments)
  local callers = {}
  for line in io.lines(arguments[2]) do
    callers[#callers + 1] = line
  end
  for body in io.lines(arguments[1]) do
    local headers = { ["Content-Type"] = "application/json", ["Accept"] = "application/json" }
    local name, value = callers[#requests % #callers + 1]:match("^([^:]+):%s*(.*)$")
    if name then
      headers[name] = value
    end
    requests[#requests + 1] = wrk.format("POST", wrk.path, headers, body)
  end
  math.randomseed(tonumber(arguments[3]))
end

function request()
  return requests[math.random(#requests)]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"requests":%d,"microseconds":%d,"bytes":%d,"refused":%d,"broken":%d,"p50":%d,"p99":%d}\n',
    summary.requests, summary.duration, summary.bytes, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, latency:percentile(50), latency:percentile(99)))
end
