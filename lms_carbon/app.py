"""The only file that knows all packages: makes the app, registers what each brings, and the command line."""

import click
from flask import Flask

from lms_carbon.core import cli, health, hooks
from lms_carbon.core.config import Settings, read_settings
from lms_carbon.core.extensions import init_api, init_extensions
from lms_carbon.core.http import frame_origins, init_http
from lms_carbon.core.jobs import Job, init_jobs
from lms_carbon.core.logs import init_logs
from lms_carbon.core.web import ApiBlueprint, Blueprint
from lms_carbon.cycles import jobs as cycles_jobs
from lms_carbon.cycles.services import merging as cycles_merging
from lms_carbon.cycles.services import own_data as cycles_data
from lms_carbon.cycles.views import urls as cycles_urls
from lms_carbon.exams import api as exams_api
from lms_carbon.exams import jobs as exams_jobs
from lms_carbon.exams.queries import told as exams_told
from lms_carbon.exams.queries import uses as exams_uses
from lms_carbon.exams.services import cloning as exams_cloning
from lms_carbon.exams.services import hooks as exams_hooks
from lms_carbon.exams.services import release as exams_release
from lms_carbon.exams.views import urls as exams_urls
from lms_carbon.files import jobs as files_jobs
from lms_carbon.files import views as files_views
from lms_carbon.files.services import storage as files_storage
from lms_carbon.framework.commands import framework_commands
from lms_carbon.lti import api as lti_api
from lms_carbon.lti import jobs as lti_jobs
from lms_carbon.lti.commands import keys_commands, platform_commands
from lms_carbon.lti.services import own_data as lti_data
from lms_carbon.lti.services import registrations as lti_registrations
from lms_carbon.lti.views import platforms as lti_platforms
from lms_carbon.lti.views import scores as lti_scores
from lms_carbon.lti.views import urls as lti_urls
from lms_carbon.marking.services import hooks as marking_hooks
from lms_carbon.marking.services import own_data as marking_data
from lms_carbon.marking.views import urls as marking_urls
from lms_carbon.paths.services import hooks as paths_hooks
from lms_carbon.paths.services import own_data as paths_data
from lms_carbon.paths.views import urls as paths_urls
from lms_carbon.people import commands as people_commands
from lms_carbon.people import jobs as people_jobs
from lms_carbon.people import queries as people_queries
from lms_carbon.people.services import own_data as people_data
from lms_carbon.people.views import desk as people_desk
from lms_carbon.people.views import urls as people_urls
from lms_carbon.portfolio.services import cloning as portfolio_cloning
from lms_carbon.portfolio.services import hooks as portfolio_hooks
from lms_carbon.portfolio.services import own_data as portfolio_data
from lms_carbon.portfolio.views import urls as portfolio_urls
from lms_carbon.practicals import jobs as practicals_jobs
from lms_carbon.practicals.services import cloning as practicals_cloning
from lms_carbon.practicals.services import hooks as practicals_hooks
from lms_carbon.practicals.services import own_data as practicals_data
from lms_carbon.practicals.views import urls as practicals_urls
from lms_carbon.question_bank import api as question_bank_api
from lms_carbon.question_bank import jobs as question_bank_jobs
from lms_carbon.question_bank.commands import content_commands, questions_commands
from lms_carbon.question_bank.services import imports as question_bank_imports
from lms_carbon.question_bank.services import media as question_bank_media
from lms_carbon.question_bank.services import own_data as question_bank_data
from lms_carbon.question_bank.views import pages as question_bank_pages
from lms_carbon.results import jobs as results_jobs
from lms_carbon.results.commands import level_commands
from lms_carbon.results.services import own_data as results_data
from lms_carbon.results.services import own_hooks as results_own
from lms_carbon.results.views import urls as results_urls
from lms_carbon.sandbox.commands import sandbox_commands
from lms_carbon.scheduler.commands import scheduler_command, worker_command
from lms_carbon.web import views as web_views

BLUEPRINTS: tuple[Blueprint, ...] = (
    health.blueprint,
    cycles_urls.blueprint,
    exams_urls.blueprint,
    files_views.blueprint,
    people_urls.blueprint,
    lti_urls.blueprint,
    marking_urls.blueprint,
    portfolio_urls.blueprint,
    practicals_urls.blueprint,
    question_bank_pages.blueprint,
    paths_urls.blueprint,
    results_urls.blueprint,
    web_views.blueprint,
)
API_BLUEPRINTS: tuple[ApiBlueprint, ...] = (
    exams_api.api_blueprint,
    lti_api.api_blueprint,
    question_bank_api.api_blueprint,
)
JOBS: tuple[Job, ...] = (
    *cycles_jobs.JOBS,
    *exams_jobs.JOBS,
    *files_jobs.JOBS,
    *lti_jobs.JOBS,
    *people_jobs.JOBS,
    *practicals_jobs.JOBS,
    *question_bank_jobs.JOBS,
    *results_jobs.JOBS,
)
COMMANDS: tuple[click.Command, ...] = (
    cli.database_commands,
    cli.serve_command,
    cli.settings_command,
    content_commands,
    framework_commands,
    keys_commands,
    level_commands,
    *people_commands.COMMANDS,
    platform_commands,
    questions_commands,
    sandbox_commands,
    scheduler_command,
    worker_command,
)


def create_app(settings: Settings | None = None) -> Flask:
    """Return the WSGI application; raises `SettingsError` where the environment lacks something."""
    settings = settings or read_settings()
    init_logs()
    app = Flask("lms_carbon", static_folder=None, static_url_path="/static")
    init_extensions(app, settings)
    init_http(app, settings)
    init_hooks(app)
    init_method_hooks(app)
    init_result_hooks(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    api = init_api(app)
    for api_blueprint in API_BLUEPRINTS:
        api.register_blueprint(api_blueprint)
    init_jobs(app, list(JOBS))
    return app


def init_hooks(app: Flask) -> None:
    """Let upper packages answer what lower ones ask."""
    hooks.load_actor.register(app, people_queries.find_actor)
    hooks.navigation.register(app, people_desk.desks_of_people)
    hooks.person_data.register(app, people_data.person_data_of_people)
    # Before the files: what was never handed in lets go of its files, which are then erased.
    hooks.person_data.register(app, portfolio_data.person_data_of_portfolios)
    hooks.person_data.register(app, files_storage.person_data_of_files)
    hooks.navigation.register(app, cycles_urls.desks)
    hooks.person_data.register(app, cycles_data.person_data_of_cycles)
    hooks.before_merge.register(app, cycles_merging.settle_candidacies)
    hooks.after_unmerge.register(app, cycles_merging.restore_candidacies)
    hooks.navigation.register(app, exams_urls.desks)
    hooks.launch_target.register(app, exams_hooks.find_launch_target)
    hooks.person_data.register(app, exams_hooks.describe_person_data)
    hooks.open_work.register(app, exams_told.list_open_work)
    hooks.list_targets.register(app, exams_told.list_targets)
    hooks.clone_places.register(app, exams_cloning.list_clone_places)
    hooks.make_clone.register(app, exams_cloning.make_clone)
    hooks.reviewed_work.register(app, exams_told.find_reviewed)
    hooks.handed_in.register(app, exams_told.find_hand_in)
    hooks.instrument_facts.register(app, exams_told.list_facts)
    hooks.own_work.register(app, exams_told.list_own_work)
    hooks.scores_out.register(app, exams_release.send_scores)
    hooks.navigation.register(app, question_bank_pages.desks)
    hooks.person_data.register(app, question_bank_data.person_data_of_questions)
    hooks.file_kept.register(app, question_bank_imports.keeps_file)
    hooks.file_kept.register(app, question_bank_media.is_media_kept)
    hooks.media_reader.register(app, exams_hooks.may_see_media)
    hooks.question_uses.register(app, exams_uses.list_uses)
    hooks.navigation.register(app, lti_platforms.desks_of_platforms)
    hooks.navigation.register(app, lti_scores.desks_of_scores)
    hooks.person_data.register(app, lti_data.person_data_of_lti)
    frame_origins.register(app, lti_registrations.framing_origins)
    hooks.navigation.register(app, marking_urls.desks)
    hooks.open_work.register(app, marking_hooks.open_work_of_marking)
    hooks.before_merge.register(app, marking_hooks.check_merge)
    hooks.person_data.register(app, marking_data.person_data_of_marking)
    hooks.person_data.register(app, practicals_data.person_data_of_practicals)


def init_method_hooks(app: Flask) -> None:
    """Let practicals and portfolios tell cycles, candidates and assessors what they have."""
    hooks.navigation.register(app, portfolio_urls.desks)
    hooks.launch_target.register(app, portfolio_hooks.find_launch_target)
    hooks.list_targets.register(app, portfolio_hooks.list_targets)
    hooks.clone_places.register(app, portfolio_cloning.list_clone_places)
    hooks.make_clone.register(app, portfolio_cloning.make_clone)
    hooks.reviewed_work.register(app, portfolio_hooks.find_reviewed)
    hooks.handed_in.register(app, portfolio_hooks.find_hand_in)
    hooks.open_work.register(app, portfolio_hooks.list_open_work)
    hooks.instrument_facts.register(app, portfolio_hooks.list_facts)
    hooks.own_work.register(app, portfolio_hooks.list_own_work)
    hooks.shown_work.register(app, portfolio_hooks.show_work)
    hooks.scores_out.register(app, portfolio_hooks.send_scores)
    hooks.file_kept.register(app, portfolio_hooks.keep_file)
    hooks.navigation.register(app, practicals_urls.desks)
    hooks.launch_target.register(app, practicals_hooks.find_launch_target)
    hooks.list_targets.register(app, practicals_hooks.list_targets)
    hooks.clone_places.register(app, practicals_cloning.list_clone_places)
    hooks.make_clone.register(app, practicals_cloning.make_clone)
    hooks.reviewed_work.register(app, practicals_hooks.find_reviewed)
    hooks.handed_in.register(app, practicals_hooks.find_hand_in)
    hooks.open_work.register(app, practicals_hooks.list_open_work)
    hooks.instrument_facts.register(app, practicals_hooks.list_instrument_facts)
    hooks.own_work.register(app, practicals_hooks.list_own_work)
    hooks.shown_work.register(app, practicals_hooks.find_shown_work)
    hooks.scores_out.register(app, practicals_hooks.send_scores_out)
    hooks.file_reader.register(app, practicals_hooks.may_read_file)
    hooks.file_kept.register(app, practicals_hooks.is_file_kept)


def init_result_hooks(app: Flask) -> None:
    """Let results and paths be found by candidates and officers."""
    hooks.navigation.register(app, results_urls.desks)
    hooks.person_data.register(app, results_data.person_data_of_results)
    hooks.launch_target.register(app, results_own.find_launch_target)
    hooks.list_targets.register(app, results_own.list_targets)
    hooks.reviewed_work.register(app, results_own.find_reviewed)
    hooks.own_work.register(app, results_own.list_own_results)
    hooks.launch_target.register(app, paths_hooks.find_launch_target)
    hooks.list_targets.register(app, paths_hooks.list_targets)
    hooks.own_work.register(app, paths_hooks.list_own_paths)
    hooks.navigation.register(app, paths_urls.desks)
    hooks.person_data.register(app, paths_data.person_data_of_paths)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lms-carbon")
@click.pass_context
def main(context: click.Context) -> None:
    """Assessment of T/MIITEC 020-2024 in Moodle and Canvas."""
    cli.use_demo_settings()
    context.obj = create_app


for command in COMMANDS:
    main.add_command(command)
