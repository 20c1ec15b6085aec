for _, name in ipairs({ "PATH", "LD_PRELOAD", "BASH_ENV", "https_proxy", "IFS" }) do
  print(name .. "=" .. (os.getenv(name) or ""))
end
