defmodule Hook do
  @moduledoc """
  What a script asks of its request and says of its response.

  The script has the request as the map `hook` too, which is `service` as well, and its part `req` as `input`.
  """

  @document "/dev/fd/4"
  @control "/dev/fd/3"
  @loaders [__MODULE__, Code, Module.ParallelChecker, :elixir_compiler, :elixir_lexical]

  @doc "Everything that is known of the request, as a map."
  def hook, do: :persistent_term.get(__MODULE__)

  def params, do: hook().params
  def files, do: hook().files
  def env, do: hook().env
  def req, do: hook().req

  @doc "Sets the status, and the reason phrase if one is given."
  def status(code, message \\ nil) do
    send_message("status", value: code)
    if message, do: send_message("statusMessage", value: message)
    :ok
  end

  def status_message(message), do: send_message("statusMessage", value: message)

  @doc "Sets a header; a list of values makes several."
  def header(name, value), do: send_message("setHeader", name: name, value: value)
  def append_header(name, value), do: send_message("appendHeader", name: name, value: value)
  def remove_header(name), do: send_message("removeHeader", name: name)

  @doc "Sets status, reason phrase and headers at once."
  def write_head(code, message, headers \\ []) do
    send_message("writeHead", code: code, message: message, headers: Map.new(headers))
  end

  @doc "Adds fields behind the body."
  def add_trailers(trailers), do: send_message("addTrailers", trailers: Map.new(trailers))

  @doc "Writes the last of the body, text with a line break after it, and ends the program."
  def unquote(:end)(text) do
    IO.puts(text)
    System.halt(0)
  end

  @doc "Writes a line to the server's log: a text, or words as a list."
  def log(words), do: send_message("log", text: words |> List.wrap() |> Enum.map_join(" ", &to_string/1))

  # The same under the names of other languages.
  def set_header(name, value), do: header(name, value)
  def setHeader(name, value), do: header(name, value)
  def appendHeader(name, value), do: append_header(name, value)
  def removeHeader(name), do: remove_header(name)
  def statusMessage(message), do: status_message(message)
  def writeHead(code, message, headers \\ []), do: write_head(code, message, headers)
  def addTrailers(trailers), do: add_trailers(trailers)

  @doc false
  def serve([file | words]) do
    System.argv(words)
    # Text is UTF-8 whatever the locale says.
    :io.setopts(:standard_io, encoding: :unicode)
    :io.setopts(:standard_error, encoding: :unicode)
    # The whole file is compiled before its first expression, which receives the request, is run.
    script = file |> File.read!() |> Code.string_to_quoted!(file: file, columns: true)
    script |> receiving() |> Code.compile_quoted(file)
  catch
    :exit, {:shutdown, _} = reason -> exit(reason)
    :exit, :normal -> exit(:normal)
    kind, reason -> fail(kind, reason, __STACKTRACE__)
  end

  # The names are variables of the script; that it does not use one of them is no fault of its.
  defp receiving(script) do
    variables = for name <- [:hook, :service, :input], do: {name, [generated: true], nil}

    quote generated: true do
      {unquote_splicing(variables)} = Hook.accept()
      _ = {unquote_splicing(variables)}
      unquote(script)
    end
  end

  @doc false
  def accept do
    document = File.read!(System.get_env("STACK_REQUEST", @document))
    document == "" and System.halt(1)
    System.delete_env("STACK_REQUEST")
    facts = for line <- :binary.split(document, "\n", [:global]), line != "", do: fact(line)
    restore_path()
    for {"env." <> name, value} <- facts, not String.contains?(value, <<0>>), do: System.put_env(name, value)
    params = for {"params." <> key, value} <- facts, into: %{}, do: {key, value}
    headers = for {"req.headers." <> name, value} <- facts, into: %{}, do: {name, value}
    files = for {"files." <> key, path} <- facts, into: %{}, do: {key, path}
    facts = Map.new(facts)
    service = for key <- [:name, :path, :language], into: %{}, do: {key, facts["service.#{key}"]}
    req = facts |> request() |> Map.merge(%{headers: headers, params: params})
    given = %{params: params, files: files, env: System.get_env(), req: req, input: req, service: service}
    hook = Map.put(given, :res, __MODULE__)
    :persistent_term.put(__MODULE__, hook)
    {hook, hook, req}
  end

  # Erlang puts its own folders before those of the user.
  defp restore_path do
    own = "#{System.get_env("BINDIR")}:#{System.get_env("ROOTDIR")}/bin:"
    path = System.get_env("PATH", "")
    System.put_env("PATH", String.replace_prefix(path, own, ""))
  end

  defp request(facts) do
    address = facts["req.connection.remoteAddress"]
    version = facts["req.httpVersion"]
    plain = for key <- [:method, :url, :path, :query, :host, :id], into: %{}, do: {key, facts["req.#{key}"]}

    Map.merge(plain, %{
      http_version: version,
      httpVersion: version,
      connection: %{remote_address: address, remoteAddress: address},
      deadline: if(facts["req.deadline"] != "", do: String.to_integer(facts["req.deadline"]))
    })
  end

  defp fact(line) do
    [name, value] = :binary.split(line, "\t")
    {plain(name), plain(value)}
  end

  defp plain(text) do
    case :binary.match(text, "\\") do
      :nomatch -> text
      _ -> Regex.replace(~r/\\(.)/s, text, fn _, letter -> unescaped(letter) end)
    end
  end

  defp unescaped("n"), do: "\n"
  defp unescaped("t"), do: "\t"
  defp unescaped("r"), do: "\r"
  defp unescaped("0"), do: <<0>>
  defp unescaped(letter), do: letter

  defp fail(kind, reason, stack) do
    {reason, stack} = Exception.blame(kind, reason, stack)
    stack = stack |> Enum.reverse() |> Enum.drop_while(&ours?/1) |> Enum.reverse()
    IO.puts(:stderr, Exception.format(kind, reason, stack))
    "** (" <> banner = Exception.format_banner(kind, reason)
    [line | _] = String.split(banner, "\n")
    # Behind the first of a body nobody could be told.
    silent?() and send_message("error", error: String.replace(line, ") ", ": ", global: false))
    exit({:shutdown, 1})
  end

  defp silent? do
    facts = for port <- :erlang.ports(), do: {:erlang.port_info(port, :name), :erlang.port_info(port, :output)}
    {{:name, ~c"0/1"}, {:output, 0}} in facts
  end

  # The frames at the bottom are those of what has loaded the script.
  defp ours?({module, _, _, place}), do: module in @loaders or Path.basename("#{place[:file]}") == "bridge.exs"

  # One message is one line, written at once and by itself, whichever process says it.
  defp send_message(type, payload) do
    line = json(type: type, payload: payload)
    File.write(System.get_env("STACK_CONTROL", @control), [line, "\n"], [:append, :raw])
    :ok
  end

  defp json([{key, _} | _] = pairs) when is_atom(key), do: json(Map.new(pairs))

  defp json(%{} = map) do
    members = for {key, value} <- map, do: [json("#{key}"), ":", json(value)]
    ["{", Enum.intersperse(members, ","), "}"]
  end

  defp json(list) when is_list(list), do: ["[", list |> Enum.map(&json/1) |> Enum.intersperse(","), "]"]
  defp json(nil), do: "null"
  defp json(value) when is_integer(value), do: Integer.to_string(value)
  defp json(text), do: [?", text |> to_string() |> escaped(), ?"]

  defp escaped(text), do: for(letter <- letters(text), do: escape(letter))

  defp escape(letter) when letter in [?", ?\\], do: [?\\, letter]
  defp escape(letter) when letter < 16, do: "\\u000" <> Integer.to_string(letter, 16)
  defp escape(letter) when letter < 32, do: "\\u00" <> Integer.to_string(letter, 16)
  defp escape(letter), do: <<letter::utf8>>

  # What is no UTF-8 stands as the character for that.
  defp letters(<<letter::utf8, rest::binary>>), do: [letter | letters(rest)]
  defp letters(<<_, rest::binary>>), do: [0xFFFD | letters(rest)]
  defp letters(<<>>), do: []
end
