(1..3).each do |number|
  sleep 0.5 if number > 1
  puts number
end
