module.exports = ({ res }) => {
  res.statusCode = 404;
  res.statusMessage = 'Not Here';
  res.setHeader('X-A', 'lost');
  res.setHeader('x-a', 'b c');
  res.setHeader('X-Gone', '1');
  res.removeHeader('X-Gone');
  res.appendHeader('X-L', '1');
  res.appendHeader('X-L', '2');
  res.setHeader('Set-Cookie', ['a=1', 'b=2']);
  res.addTrailers({ 'X-Sum': '5' });
  res.write('text');
};
