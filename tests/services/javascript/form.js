module.exports = async ({ params, req, res }) => {
  let body = '';
  for await (const chunk of req) body += chunk;
  res.end(`${params.a} ${params.b} ${body}`);
};
