hook.res.write_head(201, "Made", "X-A" => "b")
puts "text"
