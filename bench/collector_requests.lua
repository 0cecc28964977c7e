-- Pageviews of many visitors, built once, so that the client spends its time on sending them.
local requests, next_request = {}, 0

init = function()
  for visitor = 1, 2000 do
    local headers = {
      ["Content-Type"] = "text/plain",
      ["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
      ["X-Forwarded-For"] = "203.0." .. (visitor % 250) .. "." .. (visitor % 199 + 1),
    }
    local body = '{"n":"pageview","u":"https://bench.example/articles/' .. visitor .. '?utm_source=news","d":"bench.example",' ..
      '"r":"https://www.google.com/","v":34,"p":{"author":"someone","logged_in":"false"}}'
    requests[visitor] = wrk.format("POST", "/api/event", headers, body)
  end
end

request = function()
  next_request = next_request % #requests + 1
  return requests[next_request]
end
