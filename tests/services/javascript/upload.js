module.exports = ({ params: { f }, res }) => {
  res.write(`${f.filename}\n${f.type}\n${f.size}\n`);
  f.pipe(res);
};
