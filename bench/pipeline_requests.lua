-- Beacons from a file (address, user agent, body; tab-separated), built once, so that the client's time goes into sending.
local requests, next_request = {}, 0

init = function()
  for line in io.lines(os.getenv("BEACONS")) do
    local ip, agent, body = line:match("^([^\t]*)\t([^\t]*)\t(.*)$")
    local headers = { ["Content-Type"] = "text/plain", ["User-Agent"] = agent, ["X-Forwarded-For"] = ip }
    requests[#requests + 1] = wrk.format("POST", "/api/event", headers, body)
  end
end

request = function()
  next_request = next_request % #requests + 1
  return requests[next_request]
end
