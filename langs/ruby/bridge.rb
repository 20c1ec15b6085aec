# frozen_string_literal: true

# Gives a script of Ruby its request as `hook`.
#
# Ruby loads this file ahead of the script (`ruby --disable-gems -r bridge.rb script.rb`) and runs the script as its
# main program. So `$0`, `__FILE__`, `DATA`, TOPLEVEL_BINDING, `caller` and every trace are those of the script alone.
# The request is read at the moment between the script's compilation and its first line.
module StackBridge
  autoload :Application, "#{__dir__}/rack.rb"
  autoload :Control, "#{__dir__}/response.rb"
  autoload :Response, "#{__dir__}/response.rb"

  # Hash tables of the request: the keys are texts, which are also taken as symbols and as methods without arguments,
  # except under the names of Hash's own methods and of conversions. What is not there is nil.
  class Map < Hash
    def default(key = nil)
      key.is_a?(Symbol) ? self[key.to_s] : nil
    end

    def method_missing(name, *values)
      text = name.to_s
      return self[text] if values.empty? && text.match?(/\A(?!to_)\w+\z/)
      return self[text.chomp("=")] = values[0] if values.size == 1 && text.match?(/\w=\z/)
      super
    end

    # Ruby itself asks with `all`, as for `marshal_dump`: a parameter of that name is no reason to call it.
    def respond_to_missing?(name, all)
      (!all && key?(name.to_s) && !name.to_s.start_with?("to_")) || super
    end
  end

  # Tables whose keys are known, in Ruby's spelling too: `http_version` is `httpVersion`.
  class Fields < Map
    def method_missing(name, *values)
      return super unless values.empty?
      text = name.to_s
      return self[text] if key?(text)
      text = text.gsub(/_([a-z])/) { $1.upcase }
      return self[text] if key?(text)
      raise NoMethodError.new("undefined method `#{name}' for #{self.class.name[/\w+\z/].downcase}", name)
    end
  end

  # The request, whose `method` stands where every object has a method of that name.
  class Request < Fields
    def method(*name)
      name.empty? ? self["method"] : super
    end
  end

  # An uploaded file, whose `size` is not that of the table.
  module Upload
    def size
      self["size"]
    end
  end

  # What a script knows as `hook`.
  class Hook < Fields
    def default(key = nil)
      key == "res" ? self["res"] = Response.new : super
    end

    def res
      self["res"]
    end

    def log(*words)
      Control.say("log", { text: words.join(" ") })
      nil
    end

    # Answers the request by a Rack application, as one of Sinatra is.
    def rack(application)
      Application.run(application, self)
    end
  end

  # `hook` is known everywhere, but these are words of many a builder's language: they belong to the main program alone,
  # and to methods of its own before that.
  module MainNames
    private

    def service(*words, **options, &block)
      defined?(super) ? super : StackBridge.hook
    end

    def input(*words, **options, &block)
      defined?(super) ? super : StackBridge.hook.input
    end
  end

  # Reads JSON in one pass over its tokens. The server wrote it, and has parsed what came from elsewhere.
  module Json
    TOKEN = /"(?:[^"\\]++|\\.)*+"|[^\s,:"\[\]{}]++|[\[\]{}]/m.freeze
    ESCAPE = /\\(?:u[dD][89abAB]\h\h\\u[dD][c-fC-F]\h\h|u\h{4}|.)/m.freeze
    CHARACTERS = Hash.new { |_, escape| character(escape) }.update(
      '\"' => '"', "\\\\" => "\\", '\/' => "/",
      '\b' => "\b", '\f' => "\f", '\n' => "\n", '\r' => "\r", '\t' => "\t"
    ).freeze
    WORDS = { "true" => true, "false" => false, "null" => nil }.freeze
    # Beyond this, the library's parser saves more than its loading costs, which is half as much as starting Ruby.
    LARGE = 1 << 18

    def self.parse(text)
      return read(text) if text.bytesize < LARGE
      require "json"
      JSON.parse(text, object_class: Map, max_nesting: false)
    end

    def self.read(text)
      outer = []
      container = whole = []
      key = nil
      text.scan(TOKEN) do |token|
        case token[0]
        when "{" then value = Map.new
        when "[" then value = []
        when '"' then value = string(token)
        when "}", "]"
          container = outer.pop
          next
        else value = WORDS.fetch(token) { token.match?(/[.eE]/) ? token.to_f : token.to_i }
        end
        if container.is_a?(Array)
          container << value
        elsif key
          container[key] = value
          key = nil
        else
          key = value
          next
        end
        next unless token == "{" || token == "["
        outer << container
        container = value
      end
      whole[0]
    end

    def self.string(token)
      text = token[1..-2]
      text.include?("\\") ? text.gsub(ESCAPE, CHARACTERS) : text
    end

    def self.character(escape)
      first = escape[2, 4].hex
      code = escape.size > 6 ? 0x10000 + (first - 0xD800) * 0x400 + escape[8, 4].hex - 0xDC00 : first
      [code].pack("U")
    end
  end

  class << self
    attr_reader :hook

    # Loads what the script requires, while its request is still to come: in a process that serves one request what is
    # Ruby's own, and the gems' machinery where it requires more; in one that is forked for each request, gems too.
    def prepare
      way, scan, *names = ENV.delete("STACK_AHEAD").to_s.split
      @forks = way == "fork"
      required.each { |name| @forks ? bring(name) : bring_own(name) } if scan == "scan"
      names.each { |name| bring(name) { |error| warn "#{name} cannot be loaded ahead: #{error.message}" } }
      fork_for_requests if @forks
    end

    # Each fork waits for a request; Ruby knows of it, and makes its threads' machinery anew. Returns in forks alone.
    def fork_for_requests
      GC.start
      # This is there where fork waits, and nowhere else.
      File.open("/dev/stack/forks").close
      nil while Process.fork
      srand
      ENV["STACK_REQUEST"] = "/dev/fd/4"
    end

    # What the script requires at the beginning of a line: what is indented may depend on something.
    def required
      File.read($0, mode: "rb").sub(/^__END__$.*/mn, "").scan(/^require\s*\(?\s*(["'])([\w\/-]+)\1/n).map(&:last)
    end

    def bring_own(name)
      require "rbconfig"
      folders = RbConfig::CONFIG.values_at("rubylibdir", "rubyarchdir")
      found = $LOAD_PATH.resolve_feature_path(name)
      if found.nil?
        load_gems
      elsif folders.include?(found[1].delete_suffix("/#{name}.rb").delete_suffix("/#{name}.so"))
        bring(name)
      end
    end

    def bring(name)
      require name
    rescue LoadError, StandardError => error
      # It is the script's to fail.
      yield error if block_given?
    end

    # Waits for the request; from here on everything is the script's.
    def receive
      place = ENV.delete("STACK_REQUEST") || "/dev/fd/4"
      document = File.open(place, "rb", &:read).force_encoding("UTF-8")
      Process.exit!(1) if document.empty?
      IO.for_fd($1.to_i).close if place =~ %r{\A/dev/fd/(\d+)\z}
      @process = Process.pid
      publish(Json.parse(document))
    end

    # After the last of the script's exit handlers, and before Ruby prints an error that ends the script.
    def finish(error)
      return unless @process == Process.pid
      flush
      if error.nil? || (error.is_a?(SystemExit) && error.success?)
        complete if childless?
      elsif error.is_a?(SystemExit)
        Control.error(error.message) unless error.message == "exit"
      elsif !error.is_a?(SignalException)
        explain(error)
      end
    end

    # Says once that the response is complete and successful.
    def complete
      tell(%({"type":"end","payload":{}}\n)) unless @complete
      @complete = true
    end

    # Writes lines to the server.
    def tell(lines)
      @control ||= IO.for_fd(3, "wb", autoclose: false).tap { |stream| stream.sync = true }
      @control.write(lines)
    rescue SystemCallError, IOError, ArgumentError
      # Nobody listens any more, or the script closed the descriptor.
    end

    # Sends what stands in any buffer: a script may have opened the output once more.
    def flush
      ObjectSpace.each_object(IO) do |stream|
        stream.flush unless stream.closed? || stream.sync
      rescue IOError, SystemCallError
        # It was opened for reading, or nobody reads it any more.
      end
    end

    # From the first moment at which a gem may be wanted, Ruby is as it would be without --disable-gems. True when
    # that is news.
    def load_gems
      late = Object.autoload?(:Gem)
      %i[require gem].each { |name| Object.send(:remove_method, name) if Object.private_method_defined?(name, false) }
      Gem && !late.nil?
    end

    private

    def publish(document)
      document["env"].each { |name, value| ENV[name] = value unless value.include?("\0") }
      @hook = hook = Hook.new.update(document)
      hook["env"] = ENV.each_with_object(Map.new) { |(name, value), map| map[name] = value.dup.force_encoding("UTF-8") }
      hook["req"] = hook["input"] = Request.new.update(document["req"])
      hook.req["connection"] = Fields.new.update(hook.req["connection"])
      hook.req["params"] = hook["params"]
      hook["service"] = Fields.new.update(document["service"])
      hook["files"] = multipart?(hook) ? uploads(hook["params"], Map.new) : Map.new
      name(hook)
    end

    # A script may have a class Hook of its own.
    def name(hook)
      $hook = $Hook = hook
      Object.const_set(:Hook, hook) unless File.read($0, mode: "rb").match?(/^\s*(?:class|module)\s+Hook\b/n)
      Object.send(:define_method, :hook) { hook }
      Object.send(:private, :hook)
      TOPLEVEL_BINDING.receiver.extend(MainNames)
    end

    # The fields of a multipart body are text, so that a number tells a file from fields that imitate one.
    def multipart?(hook)
      hook.req.headers["content-type"].to_s.downcase.start_with?("multipart/form-data")
    end

    def uploads(params, files, before = "", after = "")
      pairs = params.is_a?(Array) ? params.each_with_index.map { |value, index| [index, value] } : params
      pairs.each do |key, value|
        name = "#{before}#{key}#{after}"
        if value.is_a?(Map) && value["size"].is_a?(Integer)
          files[name] = value.extend(Upload)
        elsif value.is_a?(Map) || value.is_a?(Array)
          uploads(value, files, "#{name}[", "]")
        end
      end
      files
    end

    # Whether there is no child left that could still write to the body.
    def childless?
      nil while Process.wait(-1, Process::WNOHANG)
      false
    rescue Errno::ECHILD
      true
    end

    # Ruby prints the error when it ends: with the hints that it has by default, and without the frames of the bridge.
    # A place that would be shown with its code must be the script's own.
    def explain(error)
      Control.error("#{error.class}: #{error.message}".lines.first.to_s.chomp)
      require "error_highlight" unless ours?(error.backtrace&.first)
      require "did_you_mean"
    rescue LoadError
      # They are a matter of Ruby's version.
    ensure
      hide_frames(error)
    end

    def hide_frames(error)
      frames = error.backtrace
      error.set_backtrace(frames.reject { |frame| ours?(frame) }) if frames&.any? { |frame| ours?(frame) }
      hide_frames(error.cause) if error.cause
    end

    def ours?(frame)
      frame.to_s.start_with?(__dir__, "<internal:stack>")
    end
  end
end

# Loading rubygems would take four times as long as starting Ruby, so that it waits for the first wish of a script that
# Ruby's own library does not fulfil; `require "rubygems"` fulfils it at once. Its own frames have such a file name.
Object.autoload(:Gem, "rubygems")
Object.class_eval(<<-'RUBY', "<internal:stack>", 1)
  private

  def require(name)
    StackBridge.load_gems if name.to_s.match?(%r{\b(?:rubygems|bundler)/})
    begin
      return super
    rescue LoadError => error
      raise unless error.path == name.to_s && StackBridge.load_gems
    end
    require(name)
  end

  def gem(*words)
    StackBridge.load_gems
    gem(*words)
  end
RUBY

if Encoding.default_external == Encoding::US_ASCII
  loud, $VERBOSE = $VERBOSE, nil
  Encoding.default_external = Encoding::UTF_8
  $VERBOSE = loud
end
$stdout.sync = true
at_exit { StackBridge.finish($!) }
compiled = TracePoint.new(:script_compiled) do |event|
  if event.instruction_sequence.path == $0
    compiled.disable
    StackBridge.prepare
    StackBridge.receive
  end
end
compiled.enable
