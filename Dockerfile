# syntax=docker/dockerfile:1
# Image of diarflow with its models: docker build -t diarflow .
# Run it in the folder of your recordings:
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/data" diarflow run recordings/
FROM python:3.11-slim AS build
WORKDIR /source
COPY . .
RUN python -m venv /opt/diarflow \
    && /opt/diarflow/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements/run.txt \
    && /opt/diarflow/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
    && /opt/diarflow/bin/pip uninstall --quiet --yes hatchling pip \
    && find /opt/diarflow -type d -name tests -prune -exec rm -r {} +

FROM python:3.11-slim
COPY --from=build /opt/diarflow /opt/diarflow
RUN useradd --create-home diarflow && mkdir /data && chown diarflow /data
ENV PATH=/opt/diarflow/bin:$PATH HOME=/tmp XDG_CACHE_HOME=/tmp MPLCONFIGDIR=/tmp
USER diarflow
WORKDIR /data
ENTRYPOINT ["diarflow"]
CMD ["--help"]
