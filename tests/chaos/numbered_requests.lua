-- Beacons with an id each, and what each was answered. As many threads as connections, so that a thread has one open.
local threads = {}

setup = function(thread)
  thread:set("place", #threads)
  threads[#threads + 1] = thread
end

init = function()
  first, step = tonumber(os.getenv("FIRST_ID")), tonumber(os.getenv("ID_STEP"))
  site, text, agent = os.getenv("SITE"), os.getenv("TEXT"), os.getenv("USER_AGENT")
  addresses, asked, answered = {}, nil, {}
  for address in os.getenv("ADDRESSES"):gmatch("%S+") do
    addresses[#addresses + 1] = address
  end
  next_id = first + place * step
end

request = function()
  asked = next_id
  next_id = next_id + tonumber(os.getenv("THREADS")) * step
  local headers = {
    ["Content-Type"] = "text/plain",
    ["User-Agent"] = agent,
    ["X-Forwarded-For"] = addresses[asked % #addresses + 1],
  }
  local body = '{"n":"pageview","d":"%s","u":"https://%s/%d","p":{"id":"%d","text":"%s"}}'
  return wrk.format("POST", "/api/event", headers, body:format(site, site, asked % 50, asked, text))
end

response = function(status, headers)
  answered[#answered + 1] = asked .. " " .. status .. " " .. (headers["retry-after"] or "-")
end

done = function()
  local file = io.open(os.getenv("ANSWERS"), "w")
  for _, thread in ipairs(threads) do
    file:write(table.concat(thread:get("answered"), "\n"), "\n")
  end
  file:close()
end
