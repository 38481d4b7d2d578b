ARG NODE_TAG=24-bookworm-slim

FROM node:${NODE_TAG} AS build
WORKDIR /build
COPY package.json package-lock.json ./
# Nothing is compiled: the bundle takes the binary that the SQLite driver brings.
RUN npm ci --ignore-scripts
COPY src ./src
RUN npm run build -- --standalone

FROM node:${NODE_TAG}
ARG VERSION=0.7.0
LABEL org.opencontainers.image.title="aios-model-server" \
  org.opencontainers.image.description="The model and model service API of ZStack AIOS as one small process" \
  org.opencontainers.image.version="${VERSION}"
# SQLite sorts what is large in files: beside the database they can be written also where the root can't.
ENV NODE_ENV=production \
  SQLITE_TMPDIR=/data \
  AIOS_HOST=0.0.0.0
WORKDIR /app
COPY --from=build /build/dist ./dist
COPY package.json ./
COPY migrations ./migrations
RUN mkdir /data && chown 1000:1000 /data
VOLUME /data
# Where ./data, the default, is /data: a variable would go before one that names a file with another.
WORKDIR /
USER 1000:1000
EXPOSE 8080
# A port that is no number is what Kubernetes injects for a Service called aios; the program ignores it too.
HEALTHCHECK --interval=3s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "const port = /^\\d+$/.exec(process.env.AIOS_PORT ?? '') ?? 8080; fetch(`http://127.0.0.1:${port}/_aios/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# As `npm start` has it: V8 would let what is just made take three times as much memory.
ENTRYPOINT ["node", "--max-semi-space-size=8", "/app/dist/main.js"]
