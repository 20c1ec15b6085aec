for name <- ["PATH", "LD_PRELOAD", "BASH_ENV", "https_proxy", "IFS"] do
  IO.puts("#{name}=#{System.get_env(name)}")
end
