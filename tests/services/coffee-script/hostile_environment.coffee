for name in ['PATH', 'LD_PRELOAD', 'BASH_ENV', 'https_proxy', 'IFS']
  process.stdout.write "#{name}=#{process.env[name] ? ''}\n"
