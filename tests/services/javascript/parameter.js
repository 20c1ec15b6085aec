module.exports = ({ params, res }) => {
  res.write(params.v);
  res.end();
};
