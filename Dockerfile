ARG NODE_TAG=24-bookworm-slim

FROM node:${NODE_TAG} AS build
WORKDIR /build
COPY package.json package-lock.json ./
# No script has to compile anything: the SQLite driver contains a prebuilt binary, which the bundle includes.
RUN npm ci --ignore-scripts
COPY src ./src
RUN npm run build -- --standalone

FROM node:${NODE_TAG}
ARG VERSION=0.7.0
LABEL org.opencontainers.image.title="aios-model-server" \
  org.opencontainers.image.description="The model and model service API of ZStack AIOS as one small process" \
  org.opencontainers.image.version="${VERSION}"
# SQLite writes temporary files for large sorts; the root file system may be read-only, the volume is not.
ENV NODE_ENV=production \
  SQLITE_TMPDIR=/data \
  AIOS_HOST=0.0.0.0
WORKDIR /app
COPY --from=build /build/dist ./dist
COPY package.json ./
COPY migrations ./migrations
RUN mkdir /data && chown 1000:1000 /data
VOLUME /data
# Makes the default ./data be /data. Setting the URL as a variable here would override a user's `_FILE` variable.
WORKDIR /
USER 1000:1000
EXPOSE 8080
# For a Service called aios, Kubernetes sets AIOS_PORT to a URL, which the program ignores too.
HEALTHCHECK --interval=3s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "const port = /^\\d+$/.exec(process.env.AIOS_PORT ?? '') ?? 8080; fetch(`http://127.0.0.1:${port}/_aios/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# The same heap setting as `npm start`: V8's default young generation would use three times as much memory.
ENTRYPOINT ["node", "--max-semi-space-size=8", "/app/dist/main.js"]
