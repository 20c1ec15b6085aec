# frozen_string_literal: true

# What a script says to the server: read when it says something for the first time.
module StackBridge
  # Messages to the server on descriptor 3, one a line.
  module Control
    ESCAPES = Hash.new { |_, character| format("\\u%04x", character.ord) }.update(
      '"' => '\"', "\\" => "\\\\", "\n" => '\n', "\r" => '\r', "\t" => '\t'
    ).freeze

    def self.say(type, payload)
      StackBridge.tell("#{json(type: type, payload: payload)}\n")
    end

    def self.error(text)
      say("error", { error: text })
    end

    # As JSON, on one line or, when given a line break, indented by two spaces: `require "json"` would cost more than
    # all of this, and writes empty tables differently from version to version.
    def self.json(value, newline = "")
      inner = newline.empty? ? "" : "#{newline}  "
      case value
      when Hash
        colon = newline.empty? ? ":" : ": "
        enclose("{}", value.map { |key, item| text(key) + colon + json(item, inner) }, inner, newline)
      when Array then enclose("[]", value.map { |item| json(item, inner) }, inner, newline)
      when nil then "null"
      when true, false, Integer then value.to_s
      when Float then value.finite? ? value.to_s : raise(FloatDomainError, "#{value} is no number of JSON")
      else text(value)
      end
    end

    def self.enclose(ends, items, inner, newline)
      items.empty? ? ends : ends[0] + inner + items.join(",#{inner}") + newline + ends[1]
    end

    def self.text(value)
      "\"#{utf8(value.to_s).gsub(/["\\\x00-\x1f]/, ESCAPES)}\""
    end

    def self.utf8(text)
      bytes = text.encoding == Encoding::BINARY || text.encoding == Encoding::US_ASCII
      (bytes ? text.dup.force_encoding("UTF-8") : text.encode("UTF-8", invalid: :replace, undef: :replace)).scrub
    end
  end

  # The response, under Ruby's names and under those of Node and Express.
  class Response
    attr_reader :status_code, :status_message

    def initialize
      @status_code = 200
    end

    # Without arguments the status, otherwise it is set.
    def status(code = nil, message = nil)
      return @status_code if code.nil?
      @status_code = code
      Control.say("status", { value: code })
      self.status_message = message unless message.nil?
      self
    end

    def status_code=(code)
      status(code)
    end

    def status_message=(message)
      @status_message = message
      Control.say("statusMessage", { value: message })
    end

    def set_header(name, value)
      header("setHeader", name, value)
    end

    def append_header(name, value)
      header("appendHeader", name, value)
    end

    def remove_header(name)
      @typed = false if name.to_s.casecmp?("content-type")
      Control.say("removeHeader", { name: name.to_s })
      self
    end

    def write_head(code, message = nil, headers = nil)
      message, headers = nil, message if message.respond_to?(:each_pair)
      @status_code, @status_message = code, message
      (headers || {}).each { |name, _| note(name) }
      Control.say("writeHead", { code: code, message: message, headers: fields(headers) })
      self
    end

    def add_trailers(trailers)
      Control.say("addTrailers", { trailers: fields(trailers) })
      self
    end

    def write_continue
      Control.say("writeContinue", {})
      self
    end

    def write(data)
      STDOUT.write(data)
      STDOUT.flush
      self
    end

    alias << write

    # Sends a value as indented JSON, under a type of its own unless there is one already.
    def json(value)
      text = Control.json(value, "\n")
      set_header("Content-Type", "application/json") unless @typed
      write(text + "\n")
    end

    # Sends the last of the body, text with a line break after it, and ends the script. What its exit handlers write
    # comes too late.
    def end(data = nil)
      write(data) unless data.nil?
      write("\n") if data.is_a?(String) && data.encoding != Encoding::BINARY
      StackBridge.flush
      StackBridge.complete
      STDOUT.reopen(File::NULL, "w")
      exit
    end

    alias status= status_code=
    alias statusCode status_code
    alias statusCode= status_code=
    alias statusMessage status_message
    alias statusMessage= status_message=
    alias []= set_header
    alias setHeader set_header
    alias appendHeader append_header
    alias removeHeader remove_header
    alias writeHead write_head
    alias addTrailers add_trailers
    alias writeContinue write_continue

    private

    def header(type, name, value)
      note(name)
      Control.say(type, { name: name.to_s, value: texts(value) })
      self
    end

    def note(name)
      @typed = true if name.to_s.casecmp?("content-type")
    end

    def fields(headers)
      (headers || {}).map { |name, value| [name.to_s, texts(value)] }
    end

    def texts(value)
      value.is_a?(Array) ? value.map(&:to_s) : value.to_s
    end
  end
end
