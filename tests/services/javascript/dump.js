const block = text => `${Buffer.byteLength(text)}:${text}`;

module.exports = ({ params, res }) => {
  for (const [name, value] of Object.entries(params)) res.write(block(name) + block(value));
  res.end();
};
