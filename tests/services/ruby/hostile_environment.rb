%w[PATH LD_PRELOAD BASH_ENV https_proxy IFS].each do |name|
  puts "#{name}=#{ENV[name]}"
end
