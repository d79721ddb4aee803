"""The WSGI application, for any server: `gunicorn wsgi:app`."""

from lms_carbon.app import create_app

app = create_app()
