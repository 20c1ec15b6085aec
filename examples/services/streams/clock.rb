# stack ./clock.rb
# curl 'http://127.0.0.1:3000/?count=3'

count = hook.params.fetch("count", 10).to_s
hook.res.status(400).end("count is a number up to 999999") unless count.match?(/\A\d{1,6}\z/)

count.to_i.times do |tick|
  sleep 0.5 if tick > 0
  puts Time.now.strftime("%H:%M:%S")
end
