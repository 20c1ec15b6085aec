module.exports = ({ res }) => {
  res.writeHead(201, 'Made', { 'X-A': 'b' });
  res.end('text');
};
