# frozen_string_literal: true

# Runs a Rack application: read when a script gives one to `hook.rack`.
module StackBridge
  # The request as Rack has it, and Rack's answer as the server has it.
  module Application
    def self.run(application, hook)
      status, headers, body = application.call(environment(hook))
      answer(hook.res, status, headers)
      body.each { |part| hook.res.write(part) }
    ensure
      body.close if body.respond_to?(:close)
    end

    def self.environment(hook)
      authorization = hook.req.headers["authorization"]
      ENV.to_h.merge(
        "SCRIPT_NAME" => ENV.fetch("SCRIPT_NAME", "").delete_suffix("/"),
        "PATH_INFO" => ENV.fetch("PATH_INFO", "/"),
        "QUERY_STRING" => ENV.fetch("QUERY_STRING", ""),
        **(authorization ? { "HTTP_AUTHORIZATION" => authorization } : {}),
        "rack.version" => [1, 3],
        "rack.url_scheme" => %w[on 1].include?(ENV["HTTPS"].to_s.downcase) ? "https" : "http",
        "rack.input" => input,
        "rack.errors" => $stderr,
        "rack.multithread" => false,
        "rack.multiprocess" => true,
        "rack.run_once" => true
      )
    end

    # Before its third version Rack reads the body more than once.
    def self.input
      STDIN.binmode
      defined?(::Rack::RewindableInput) && ::Rack.release < "3" ? ::Rack::RewindableInput.new(STDIN) : STDIN
    end

    def self.answer(response, status, headers)
      response.status(status.to_i)
      headers.each do |name, values|
        next if name.start_with?("rack.")
        values = values.to_s.split("\n", -1) unless values.is_a?(Array)
        values.each { |value| response.append_header(name, value) }
      end
    end
  end
end
