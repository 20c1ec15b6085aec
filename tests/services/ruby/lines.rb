while line = gets
  puts "got #{line.chomp}"
end
